package dev.freshet.events.revoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.contract.log.Keys;
import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Only an administrator takes access away, and what was taken does not come back by itself.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class RevocationHardeningTest {

    private static final String EVENT = "{\"channel\":\"room:a\",\"type\":\"t\",\"payload\":1}";

    private final String user = "u-" + UUID.randomUUID();

    RedisServer redis;
    Tokens tokens;

    /// Stops a revocation from ending before the last token that it is about, and one that nobody can be asked
    /// about.
    @Test
    void anAdministratorDisconnectsAUser() {
        long before = time();
        admin("{\"reason\":\"left the company\"}").statusCode(202).body(emptyString());

        long at = Long.parseLong(redis.cli("GET", Keys.revoked(user)));
        assertThat(at).isBetween(before, time());
        // As long as tokens may live.
        assertThat(Long.parseLong(redis.cli("PTTL", Keys.revoked(user))))
                .isBetween(
                        Duration.ofHours(24).toMillis(),
                        Duration.ofHours(24).plusMinutes(1).toMillis());
        assertThat(redis.cli("XREVRANGE", Keys.revocations(), "+", "-", "COUNT", "1")
                        .lines()
                        .skip(1))
                .containsExactly("user", user, "at", Long.toString(at), "by", "root", "reason", "left the company");
    }

    /// Stops an administrator in a hurry from being sent away for a reason that need not be given.
    @Test
    void theBodyMayBeMissing() {
        Service.with(root()).post(path()).then().statusCode(202);
        admin("{}").statusCode(202);
    }

    /// Stops a user, or a producer that may publish to everybody, from locking others out.
    @Test
    void whoIsNoAdministratorIsRefused() {
        for (String groups : new String[] {"publisher", "Admin", "admins"}) {
            Service.with(tokens.user("eve").groups(groups).publish("user:*").sign())
                    .post(path())
                    .then()
                    .statusCode(403)
                    .body("type", equalTo("https://freshet.dev/problems/forbidden"));
        }
        Service.with(tokens.user("eve").sign()).post(path()).then().statusCode(403);
        Service.with(tokens.user(user).sign()).post(path()).then().statusCode(403);
        Service.anonymous().post(path()).then().statusCode(401);
        assertThat(redis.cli("EXISTS", Keys.revoked(user))).isEqualTo("0");
    }

    /// Stops a page of another site from disconnecting users by the cookie of an administrator who visits it.
    @Test
    void aCookieOfAnotherSitesPageDisconnectsNobody() {
        Service.anonymous()
                .cookie("access_token", root())
                .header("Origin", "https://evil.test")
                .post(path())
                .then()
                .statusCode(403);
        assertThat(redis.cli("EXISTS", Keys.revoked(user))).isEqualTo("0");
    }

    /// Stops a call that was meant otherwise from disconnecting somebody all the same.
    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "{", "{\"reason\":1}", "{\"reason\":null}", "{} {}"})
    void aBodyThatDoesNotFitIsRefused(String body) {
        admin(body).statusCode(400);
        assertThat(redis.cli("EXISTS", Keys.revoked(user))).isEqualTo("0");
    }

    /// Stops an id with a space or of another meaning from making a key of Redis that nobody looks up.
    @Test
    void aUserIdOutsideTheGrammarIsRefused() {
        Service.with(root()).post("/api/users/a%20b/disconnect").then().statusCode(400);
        Service.with(root()).post("/api/users/notifications/disconnect").then().statusCode(400);
    }

    /// Stops a reason from forging lines of the log that an auditor reads.
    @Test
    void aReasonIsOneBoundedLine() {
        admin("{\"reason\":\"a\\nb\\r\\u0000\\u2028\\u202ec" + "x".repeat(1000) + "\"}")
                .statusCode(202);

        String reason = redis.cli("XREVRANGE", Keys.revocations(), "+", "-", "COUNT", "1")
                .lines()
                .toList()
                .getLast();
        assertThat(reason).startsWith("a b    cx").hasSize(DisconnectReason.MAX_LENGTH);
    }

    /// Stops a disconnected user from publishing on with the token in hand.
    @Test
    void anOldTokenPublishesNothingAndANewOneDoes() {
        long now = time() / 1000;
        String old = tokens.user(user).channels("room:a").claim("iat", now - 60).sign();
        publish(old).statusCode(202);

        admin("{}").statusCode(202);

        publish(old).statusCode(403).body("type", equalTo("https://freshet.dev/problems/revoked"));
        publish(tokens.user(user)
                        .channels("room:a")
                        .claim("iat", time() / 1000 + 1)
                        .sign())
                .statusCode(202);
    }

    /// Stops a disconnected user from publishing through a replica that asked about him a moment before: what it
    /// knows does not count for long.
    @Test
    void whatAReplicaKnowsOfAUserCountsForHalfASecond() {
        String old = tokens.user(user).channels("room:a").sign();
        publish(old).statusCode(202);

        redis.cli("SET", Keys.revoked(user), Long.toString(time()), "EX", "60");

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> publish(old).extract().statusCode() == 403);
    }

    /// Stops a failover to a server whose clock is behind from giving back what was taken.
    @Test
    void aClockThatIsSetBackDoesNotLowerARevocation() {
        long ahead = time() + 60_000;
        redis.cli("SET", Keys.revoked(user), Long.toString(ahead), "EX", "60");

        admin("{}").statusCode(202);

        assertThat(redis.cli("GET", Keys.revoked(user))).isEqualTo(Long.toString(ahead));
    }

    /// Stops an administrator from believing that somebody was disconnected who was not.
    @Test
    void withoutRedisNobodyIsDisconnectedAndThatIsSaid() {
        String root = root();
        redis.kill();
        try {
            Service.with(root)
                    .post(path())
                    .then()
                    .statusCode(503)
                    .header("Retry-After", org.hamcrest.Matchers.notNullValue());
        } finally {
            redis.restart();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> admin("{}").extract().statusCode() == 202);
    }

    private ValidatableResponse publish(String token) {
        return Service.with(token)
                .contentType("application/json")
                .body(EVENT)
                .post("/api/events")
                .then();
    }

    private ValidatableResponse admin(String body) {
        return Service.with(root())
                .contentType("application/json")
                .body(body)
                .post(path())
                .then();
    }

    private String root() {
        return tokens.user("root").groups("admin").sign();
    }

    private String path() {
        return "/api/users/" + user + "/disconnect";
    }

    /// By the clock of Redis, ms.
    private long time() {
        return Long.parseLong(redis.cli("TIME").lines().findFirst().orElseThrow()) * 1000
                + Long.parseLong(redis.cli("TIME").lines().toList().getLast()) / 1000;
    }
}
