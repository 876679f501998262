package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// `freshet.publish.wait-replicas`, with a replica that comes and goes.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(WaitForReplicasTest.OfOne.class)
@WithTestResource(FreshetResource.class)
class WaitForReplicasTest {

    private static final String ONE = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    public static final class OfOne implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("freshet.publish.wait-replicas", "1", "freshet.publish.wait-timeout", "300MS");
        }
    }

    RedisServer redis;
    Tokens tokens;

    @Test
    void acceptedIsWhatAReplicaHas() throws Exception {
        Service service = new Service(redis, tokens);
        service.json(ONE)
                .header("Idempotency-Key", "waits")
                .post("/api/events")
                .then()
                .statusCode(503)
                .header("Retry-After", "1")
                .body("type", equalTo("https://freshet.dev/problems/unavailable"))
                .body("detail", containsString("may have been stored"));
        assertThat(service.entries(0)).as("it is on the primary").isEqualTo(1);
        service.json("[" + ONE + "]").post("/api/events").then().statusCode(503);
        assertThat(service.entries(0)).isEqualTo(2);

        try (RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> service.json(ONE)
                                    .header("Idempotency-Key", "waits")
                                    .post("/api/events")
                                    .statusCode()
                            == 202);
            assertThat(service.entries(0)).as("the retry appended nothing").isEqualTo(2);

            int concurrent = 40;
            try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
                List<Future<String>> ids = clients.invokeAll(IntStream.range(0, concurrent)
                        .<Callable<String>>mapToObj(i -> () -> service.json(ONE)
                                .post("/api/events")
                                .then()
                                .statusCode(202)
                                .extract()
                                .path("id"))
                        .toList());
                for (Future<String> id : ids) {
                    String entry = id.get().substring(0, id.get().indexOf('~'));
                    assertThat(replica.cli("XRANGE", "events:{0}", entry, entry))
                            .startsWith(entry);
                }
            }
            assertThat(service.entries(0)).isEqualTo(2 + concurrent);
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> service.json(ONE).post("/api/events").statusCode() == 503);
    }
}
