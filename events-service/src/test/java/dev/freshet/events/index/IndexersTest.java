package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// The service as it is, on a Redis with persistence.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(value = FreshetResource.class, initArgs = @ResourceArg(name = "--appendonly", value = "yes"))
class IndexersTest {

    private static final String LOG = "events:{0}";
    private static final String EVENT = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    RedisServer redis;
    Tokens tokens;

    @Test
    void anEventIsInItsHistorySoon() {
        Service service = new Service(redis, tokens);
        String id = service.json(EVENT)
                .post("/api/events")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        await().atMost(PATIENCE)
                .until(() -> redis.cli("XREVRANGE", "history:{0}:user:42", "+", "-", "COUNT", "1")
                        .startsWith(id.substring(0, id.indexOf('~'))));
    }

    @Test
    void afterARestartOfRedisIndexingGoesOnInANewEpoch() {
        Service service = new Service(redis, tokens);
        service.json(EVENT).post("/api/events").then().statusCode(202);
        await().atMost(PATIENCE).until(this::hasAll);
        String epoch = state("epoch");
        String shared = state("indexed");

        redis.restart();

        await().atMost(PATIENCE).until(() -> !state("epoch").equals(epoch));
        assertThat(state("forks")).endsWith(epoch + " " + shared);
        await().atMost(PATIENCE)
                .until(() -> service.json(EVENT).post("/api/events").statusCode() == 202);
        await().atMost(PATIENCE).until(this::hasAll);
        assertThat(state("hole")).isEmpty();
    }

    @Test
    void afterALossOfAllDataItGoesOn() {
        redis.cli("FLUSHALL");
        redis.cli("XADD", LOG, "*", "channel", "user:42", "type", "t", "payload", "1");
        await().atMost(PATIENCE).until(this::hasAll);
    }

    @Test
    void aFullRedisIsIndexedAndTrimmedWhilePublishingIsRefused() {
        Service service = new Service(redis, tokens);
        redis.cli("FLUSHALL");
        redis.cli(
                "EVAL",
                "for i = 1, 20000 do redis.call('XADD', KEYS[1], i .. '-0', 'channel', 'user:' .. i % 50, 'type', 't',"
                        + " 'payload', i) end",
                "1",
                LOG);
        try {
            // Ids of 1970: older than any retention once they are copied.
            redis.cli("CONFIG", "SET", "maxmemory", "1");
            service.json(EVENT).post("/api/events").then().statusCode(503);
            await().atMost(PATIENCE).until(() -> Integer.parseInt(redis.cli("XLEN", LOG)) < 200);
            assertThat(redis.cli("XLEN", "history:{0}:user:7")).isEqualTo("400");
            assertThat(state("indexed")).isEqualTo("20000-0");
            service.json(EVENT).post("/api/events").then().statusCode(503);
        } finally {
            redis.cli("CONFIG", "SET", "maxmemory", "0");
        }
    }

    private boolean hasAll() {
        String last = redis.cli("XREVRANGE", LOG, "+", "-", "COUNT", "1");
        return !last.isEmpty() && last.lines().findFirst().orElseThrow().equals(state("indexed"));
    }

    private String state(String field) {
        return redis.cli("HGET", "state:{0}", field);
    }
}
