package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class RedisDownTest {

    RedisServer redis;
    Tokens tokens;

    @AfterEach
    void leaveRedisRunning() {
        redis.restart();
        await().atMost(Duration.ofSeconds(10)).until(() -> status() == 200);
    }

    @Test
    void withoutRedisTicketsAreUnavailableAndComeBackWithIt() {
        assertThat(status()).isEqualTo(200);
        redis.kill();
        for (int i = 0; i < 3; i++) {
            int seconds = Integer.parseInt(
                    problem(with(tokens.user(newUser()).sign()).post(PATH).then(), 503, "unavailable")
                            .extract()
                            .header("Retry-After"));
            assertThat(seconds).isBetween(1, 10);
        }
        redis.restart();
        await().atMost(Duration.ofSeconds(10)).until(() -> status() == 200);
    }

    @Test
    void aRedisThatIsFullIsUnavailable() {
        redis.cli("CONFIG", "SET", "maxmemory", "1");
        problem(with(tokens.user(newUser()).sign()).post(PATH).then(), 503, "unavailable");
        redis.cli("CONFIG", "SET", "maxmemory", "0");
        assertThat(status()).isEqualTo(200);
    }

    private int status() {
        return with(tokens.user(newUser()).sign()).post(PATH).statusCode();
    }
}
