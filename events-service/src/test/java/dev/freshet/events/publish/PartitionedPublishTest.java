package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.log.Partitions;
import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(PartitionedPublishTest.FourPartitions.class)
@WithTestResource(FreshetResource.class)
class PartitionedPublishTest {

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

    RedisServer redis;
    Tokens tokens;
    Service service;
    String key;

    @BeforeEach
    void freshKey() {
        service = new Service(redis, tokens);
        key = UUID.randomUUID().toString();
    }

    @Test
    void eachEventStandsInThePartitionOfItsChannelInOrder() {
        int before = entries();
        List<String> ids = service.json(batch("p"))
                .post("/api/events")
                .then()
                .statusCode(202)
                .extract()
                .path("results.id");
        assertThat(entries()).isEqualTo(before + CHANNELS.size());
        for (int i = 0; i < ids.size(); i++) {
            EventId id = EventId.parse(ids.get(i));
            assertThat(id.partition()).isEqualTo(FOUR.of(Channel.parse(CHANNELS.get(i))));
            String position = id.position().toString();
            assertThat(redis.cli("XRANGE", "events:{" + id.partition() + "}", position, position))
                    .contains(CHANNELS.get(i));
        }
        assertThat(ids.stream().map(EventId::parse).map(EventId::partition).distinct())
                .hasSize(4);
    }

    @Test
    void aRepeatedBatchGetsTheSameIdsFromEveryPartition() {
        String first = publish(batch("p"), 202);
        int entries = entries();
        assertThat(publish(batch("p"), 202)).isEqualTo(first);
        assertThat(entries()).isEqualTo(entries);
    }

    @Test
    void aRetryCompletesWhatIsMissing() {
        String first = publish(batch("p"), 202);
        int entries = entries();
        // What a crash between two partitions leaves: one of them knows nothing of the request.
        redis.cli("KEYS", "idempotency:{3}:*")
                .lines()
                .filter(name -> !name.contains("claim"))
                .forEach(name -> redis.cli("DEL", name));
        String second = publish(batch("p"), 202);
        int missing = (int) CHANNELS.stream()
                .filter(channel -> FOUR.of(Channel.parse(channel)) == 3)
                .count();
        assertThat(entries()).isEqualTo(entries + missing);
        assertThat(ids(second)).filteredOn(id -> !id.startsWith("3.")).isSubsetOf(ids(first));
        assertThat(ids(second)).filteredOn(id -> id.startsWith("3.")).doesNotContainAnyElementsOf(ids(first));
    }

    @Test
    void anotherRequestMeetsTheKeyEvenInOtherPartitions() {
        String one = "{\"channel\":\"%s\",\"type\":\"t\",\"payload\":1}";
        publish(one.formatted(CHANNELS.getFirst()), 202);
        int entries = entries();
        for (String channel : CHANNELS.subList(1, 12)) {
            publish(one.formatted(channel), 422);
        }
        assertThat(entries()).isEqualTo(entries);
    }

    @Test
    void concurrentBatchesAppendOnce() throws Exception {
        int before = entries();
        Set<String> answers = new HashSet<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> calls = IntStream.range(0, 24)
                    .<Callable<String>>mapToObj(i -> () -> publish(batch("p"), 202))
                    .toList();
            for (Future<String> answer : clients.invokeAll(calls)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).hasSize(1);
        assertThat(entries()).isEqualTo(before + CHANNELS.size());
    }

    @Test
    void aPartitionThatCannotTakeItsEventsIsToldPerElement() {
        redis.cli("RENAME", "events:{2}", "aside");
        redis.cli("SET", "events:{2}", "not a stream");
        try {
            String answer = publish(batch("p"), 202);
            for (int i = 0; i < CHANNELS.size(); i++) {
                boolean lost = FOUR.of(Channel.parse(CHANNELS.get(i))) == 2;
                Object status = JsonPath.from(answer).get("results[" + i + "].problem.status");
                assertThat(status).as(CHANNELS.get(i)).isEqualTo(lost ? 503 : null);
            }
        } finally {
            redis.cli("DEL", "events:{2}");
            redis.cli("RENAME", "aside", "events:{2}");
        }
        // With the partition back, the same request completes.
        assertThat(publish(batch("p"), 202)).doesNotContain("problem");
    }

    private static List<String> ids(String answer) {
        return JsonPath.from(answer).getList("results.id");
    }

    private static String batch(String payload) {
        return CHANNELS.stream()
                .map(channel -> "{\"channel\":\"" + channel + "\",\"type\":\"t\",\"payload\":\"" + payload + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private int entries() {
        return IntStream.range(0, 4).map(service::entries).sum();
    }

    private String publish(String body, int status) {
        return service.json(body)
                .header("Idempotency-Key", key)
                .post("/api/events")
                .then()
                .statusCode(status)
                .extract()
                .asString();
    }
}
