package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.stored;
import static dev.freshet.ticket.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.RedisSentinel;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.ReplicatedRedisResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = ReplicatedRedisResource.class, initArgs = @ResourceArg(name = "type", value = "sentinel"))
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class SentinelTest {

    RedisSentinel redis;
    Tokens tokens;

    @Test
    void ticketsGoOnAfterAFailover() {
        String user = newUser();
        assertThat(stored(redis.primary(), ticket(user)).userId()).isEqualTo(user);
        RedisServer old = redis.primary();
        old.kill();
        RedisServer elected = redis.awaitPrimaryOtherThan(old);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> with(tokens.user(user).sign()).post(PATH).statusCode() == 200);
        assertThat(stored(elected, ticket(user)).userId()).isEqualTo(user);
    }

    private String ticket(String user) {
        return with(tokens.user(user).sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .extract()
                .path("ticket");
    }
}
