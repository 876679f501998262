package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.stored;
import static dev.freshet.ticket.Api.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/// Who was disconnected gets no ticket for a token of before.
@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class RevocationTest {

    private final String user = newUser();
    private final long second = System.currentTimeMillis() / 1000;

    RedisServer redis;
    Tokens tokens;

    /// Stops a disconnected user from coming back with a ticket for the token in hand.
    @Test
    void aTokenOfBeforeTheRevocationGetsNoTicketAndOneOfAfterwardsDoes() {
        redis.cli("SET", Keys.revoked(user), Long.toString(second * 1000), "EX", "60");

        for (long issuedAt : new long[] {second - 60, second}) {
            problem(
                    with(tokens.user(user).claim("iat", issuedAt).sign())
                            .post(PATH)
                            .then(),
                    403,
                    "revoked");
        }
        with(tokens.user(user).claim("iat", second + 1).sign())
                .post(PATH)
                .then()
                .statusCode(200);
    }

    /// Stops a ticket that was taken just before the revocation from outliving it.
    @Test
    void aTicketIsAsOldAsItsToken() {
        String ticket = with(tokens.user(user).claim("iat", second - 60).sign())
                .post(PATH)
                .then()
                .statusCode(200)
                .extract()
                .path("ticket");

        assertThat(stored(redis, ticket).issuedAt()).isEqualTo((second - 60) * 1000);
    }
}
