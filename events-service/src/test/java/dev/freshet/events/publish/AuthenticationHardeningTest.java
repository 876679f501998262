package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever is not known, or not by a page of ours, changes nothing.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class AuthenticationHardeningTest {

    private static final String GOOD = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    RedisServer redis;
    Tokens tokens;
    Service service;
    int before;

    @BeforeEach
    void count() {
        service = new Service(redis, tokens);
        before = service.entries(0);
    }

    @AfterEach
    void nothingWasAppended() {
        assertThat(service.entries(0)).isEqualTo(before);
    }

    /// Stops publishing by whoever has no token, or one that is forged, altered, unsigned, expired, of another
    /// issuer or for another audience.
    @Test
    void badTokensAreRefused() {
        String none = tokens.user("shop")
                        .publish("user:42")
                        .header("{\"alg\":\"none\"}")
                        .unsigned() + ".";
        String good = service.publisherToken();
        for (String token : java.util.List.of(
                "x",
                none,
                good.substring(0, good.length() - 8) + "AAAAAAAA",
                tokens.user("shop")
                        .publish("user:42")
                        .expiresIn(Duration.ofMinutes(-10))
                        .sign(),
                tokens.user("shop")
                        .publish("user:42")
                        .claim("iss", "https://evil.test")
                        .sign(),
                tokens.user("shop").publish("user:42").claim("aud", "other").sign(),
                Tokens.create().user("shop").publish("user:42").sign())) {
            problem(unauthenticated(Service.with(token)), 401, "unauthenticated");
        }
        problem(unauthenticated(Service.anonymous()), 401, "unauthenticated");
        problem(unauthenticated(Service.anonymous().header("Authorization", "Basic eDp5")), 401, "unauthenticated");
    }

    /// Stops a subject that is no user id from becoming an actor, and a part of keys and channels.
    @Test
    void aUserIdOutsideTheGrammarIsRefused() {
        problem(
                unauthenticated(
                        Service.with(tokens.user("a b").publish("user:42").sign())),
                403,
                "invalid-identity");
    }

    /// Stops a page of another site from publishing with its visitor's cookie.
    @Test
    void aCookieOfAnotherSitesPageMayNotWrite() {
        for (String origin : new String[] {"https://evil.test", "null"}) {
            problem(
                    unauthenticated(Service.anonymous()
                            .cookie("access_token", service.publisherToken())
                            .header("Origin", origin)),
                    403,
                    "forbidden-origin");
        }
    }

    private static ValidatableResponse unauthenticated(RequestSpecification request) {
        return request.contentType("application/json")
                .body(GOOD)
                .post("/api/events")
                .then();
    }

    private static ValidatableResponse problem(ValidatableResponse answer, int status, String slug) {
        return answer.statusCode(status)
                .header("Content-Type", "application/problem+json")
                .body("type", equalTo("https://freshet.dev/problems/" + slug))
                .body("status", equalTo(status));
    }
}
