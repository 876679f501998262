package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.Partitions;
import dev.freshet.events.Service;
import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.ReplicatedRedisResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(ClusterTest.FourPartitions.class)
@WithTestResource(ReplicatedRedisResource.class)
class ClusterTest {

    public static final class FourPartitions implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("freshet.log.partitions", "4");
        }
    }

    private static final Partitions FOUR = new Partitions(4);

    /// Broadcasts that fill all partitions, several times over.
    private static final List<String> CHANNELS =
            IntStream.range(0, 24).mapToObj(i -> "broadcast:b" + i).toList();

    RedisCluster redis;
    Tokens tokens;

    @Test
    void theWholeServiceWorksOnAClusterAndAfterAPrimaryDied() {
        assertThat(IntStream.range(0, 4)
                        .mapToObj(p -> redis.primaryOf(Keys.events(p)))
                        .distinct())
                .hasSize(3);
        publishAndRepeat("before");
        assertInspected();

        RedisServer killed = redis.primaryOf(Keys.events(0));
        killed.kill();
        redis.awaitPrimaryOtherThan(killed, Keys.events(0));
        await().atMost(Duration.ofSeconds(4)).until(() -> {
            Response answer = request("probe", "probe");
            return answer.statusCode() == 202 && !answer.asString().contains("unavailable");
        });

        publishAndRepeat("after");
        assertInspected();
    }

    /// One request with an event for each channel, twice with the same key and once for something else with it.
    private void publishAndRepeat(String key) {
        String first = publish(key, key);
        List<EventId> ids = JsonPath.from(first).getList("results.id", String.class).stream()
                .map(EventId::parse)
                .toList();
        assertThat(ids).hasSameSizeAs(CHANNELS);
        for (int i = 0; i < ids.size(); i++) {
            EventId id = ids.get(i);
            assertThat(id.partition()).isEqualTo(FOUR.of(Channel.parse(CHANNELS.get(i))));
            String log = Keys.events(id.partition());
            String position = id.position().toString();
            assertThat(redis.cli(log, "XRANGE", log, position, position)).contains(CHANNELS.get(i), key);
        }
        List<Integer> lengths = lengths();
        assertThat(publish(key, key)).isEqualTo(first);
        request(key, "other").then().statusCode(422);
        assertThat(lengths()).isEqualTo(lengths);
    }

    /// The inspector finds what nobody can read, in every partition.
    private void assertInspected() {
        for (int p = 0; p < 4; p++) {
            String log = Keys.events(p);
            String rejected = Keys.rejected(p);
            int before = Integer.parseInt(redis.cli(rejected, "XLEN", rejected));
            redis.cli(log, "XADD", log, "*", "foo", "bar");
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> Integer.parseInt(redis.cli(rejected, "XLEN", rejected)) == before + 1);
        }
    }

    private String publish(String key, String payload) {
        return request(key, payload).then().statusCode(202).extract().asString();
    }

    private Response request(String key, String payload) {
        String batch = CHANNELS.stream()
                .map(channel -> "{\"channel\":\"%s\",\"type\":\"t\",\"payload\":\"%s\"}".formatted(channel, payload))
                .collect(Collectors.joining(",", "[", "]"));
        return Service.with(tokens.user("shop").publish("broadcast:*").sign())
                .contentType("application/json")
                .header("Idempotency-Key", key)
                .body(batch)
                .post("/api/events");
    }

    private List<Integer> lengths() {
        return IntStream.range(0, 4)
                .mapToObj(Keys::events)
                .map(log -> Integer.parseInt(redis.cli(log, "XLEN", log)))
                .toList();
    }
}
