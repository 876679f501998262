package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class RedisOutageTest {

    private static final String ONE = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    RedisServer redis;
    Tokens tokens;

    @Test
    void anOutageIsA503AndEndsByItself() {
        Service service = new Service(redis, tokens);
        service.json(ONE).post("/api/events").then().statusCode(202);

        redis.kill();
        try {
            for (String body : new String[] {ONE, "[" + ONE + ",{}]"}) {
                service.json(body)
                        .header("Idempotency-Key", "outage")
                        .post("/api/events")
                        .then()
                        .statusCode(503)
                        .header("Content-Type", "application/problem+json")
                        .header("Retry-After", "1")
                        .body("type", equalTo("https://freshet.dev/problems/unavailable"));
            }
            // Whether a sender was disconnected cannot be found out, so nothing of it is looked at. It is one that
            // has not been asked about: that the other may go on is remembered for half a second.
            Service.with(tokens.user("stranger").sign())
                    .contentType("application/json")
                    .body("[{}]")
                    .post("/api/events")
                    .then()
                    .statusCode(503);
        } finally {
            redis.restart();
        }

        await().atMost(Duration.ofSeconds(10))
                .until(() -> service.json(ONE).post("/api/events").statusCode() == 202);

        // The indexer comes back, too.
        redis.cli("XADD", "events:{0}", "*", "foo", "bar");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> redis.cli("XLEN", "events:{0}:rejected").equals("1"));
        assertThat(service.newest()).contains("bar");
    }
}
