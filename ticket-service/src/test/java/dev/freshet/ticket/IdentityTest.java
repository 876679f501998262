package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.with;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class IdentityTest {

    Tokens tokens;

    @Test
    void withoutATokenThereIsNoTicket() {
        unauthenticated(given().post(PATH).then());
    }

    /// Stops whoever finds an old token from living on with tickets for it.
    @Test
    void anExpiredTokenIsRefused() {
        unauthenticated(
                with(tokens.user(newUser()).expiresIn(Duration.ofMinutes(-5)).sign())
                        .post(PATH)
                        .then());
    }

    /// Stops a token that would be good for ever.
    @Test
    void aTokenWithoutAnEndIsRefused() {
        unauthenticated(
                with(tokens.user(newUser()).without("exp").sign()).post(PATH).then());
    }

    /// Stops a token that could never be revoked.
    @Test
    void aTokenWithoutATimeOfIssueIsRefused() {
        unauthenticated(
                with(tokens.user(newUser()).without("iat").sign()).post(PATH).then());
    }

    /// Stops whoever writes a token without a signature (`alg: none`) from being anybody.
    @Test
    void anUnsignedTokenIsRefused() {
        String token = tokens.user(newUser()).header("{\"alg\":\"none\"}").unsigned();
        unauthenticated(with(token + ".").post(PATH).then());
        unauthenticated(with(token).post(PATH).then());
    }

    /// Stops a token from choosing not to be checked.
    @Test
    void aTokenThatClaimsToBeUnsignedIsRefusedEvenWithASignature() {
        unauthenticated(with(tokens.user(newUser()).header("{\"alg\":\"none\"}").sign())
                .post(PATH)
                .then());
    }

    /// Stops algorithm confusion: whoever knows the public key would sign as anybody.
    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRefused() {
        unauthenticated(
                with(tokens.user(newUser()).header("{\"alg\":\"HS256\"}").sign())
                        .post(PATH)
                        .then());
    }

    /// Stops whoever has a key of their own from signing as anybody.
    @Test
    void aTokenOfAnotherKeyIsRefused() {
        unauthenticated(with(Tokens.create().user(newUser()).sign()).post(PATH).then());
    }

    /// Stops another issuer's user from being ours of the same name.
    @Test
    void aTokenOfAnotherIssuerIsRefused() {
        unauthenticated(
                with(tokens.user(newUser()).claim("iss", "https://evil.test").sign())
                        .post(PATH)
                        .then());
        unauthenticated(
                with(tokens.user(newUser()).without("iss").sign()).post(PATH).then());
    }

    /// Stops another service that was shown a token from using it here.
    @Test
    void aTokenForAnotherAudienceIsRefused() {
        unauthenticated(with(tokens.user(newUser()).claim("aud", "other").sign())
                .post(PATH)
                .then());
        unauthenticated(
                with(tokens.user(newUser()).without("aud").sign()).post(PATH).then());
    }

    /// Stops other bytes than a token's from being taken for one.
    @ParameterizedTest
    @ValueSource(strings = {"Basic dTpw", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer ..", "x"})
    void whatIsNoTokenIsRefused(String header) {
        unauthenticated(given().header("Authorization", header).post(PATH).then());
    }

    /// Stops a cookie from acting for a caller who said to be somebody else.
    @Test
    void theHeaderCountsAndNotTheCookie() {
        unauthenticated(given().header("Authorization", "Bearer x")
                .cookie("access_token", tokens.user(newUser()).sign())
                .post(PATH)
                .then());
    }

    /// Stops a subject with another meaning, as a colon or `me`, from becoming a channel or a key.
    @ParameterizedTest
    @ValueSource(strings = {"me", "notifications", "", "a b", "a:b", "a/b", "\u00e4", "a\\nb"})
    void aUserIdThatCannotBeOneIsRefusedWithTheReason(String id) {
        problem(with(tokens.user(id).sign()).post(PATH).then(), 403, "invalid-identity")
                .body("detail", containsString("sub"))
                .body("detail", containsString("A-Za-z0-9_.@-"));
    }

    @Test
    void aUserIdThatIsTooLongIsRefused() {
        with(tokens.user("a".repeat(128)).sign()).post(PATH).then().statusCode(200);
        problem(with(tokens.user("a".repeat(129)).sign()).post(PATH).then(), 403, "invalid-identity");
    }

    @Test
    void aTokenWithoutAUserIsRefused() {
        problem(with(tokens.user("x").without("sub").sign()).post(PATH).then(), 403, "invalid-identity");
    }

    /// Stops grants that cannot be read from being read generously.
    @Test
    void malformedGrantsAreRefused() {
        problem(
                        with(tokens.user(newUser()).channels("rooms:*").sign())
                                .post(PATH)
                                .then(),
                        403,
                        "invalid-identity")
                .body("detail", containsString("channels"));
        problem(
                with(tokens.user(newUser()).claim("publish", "room:a").sign())
                        .post(PATH)
                        .then(),
                403,
                "invalid-identity");
        problem(
                with(tokens.user(newUser()).claim("channels", List.of(7)).sign())
                        .post(PATH)
                        .then(),
                403,
                "invalid-identity");
    }

    /// Stops a page of another site from getting a ticket with its visitor's cookie.
    @ParameterizedTest
    @CsvSource({
        "https://evil.test,,403",
        "null,,403",
        "https://app.example.test,,200",
        "https://app.example.test.evil.test,,403",
        "https://app.example.test:444,,403",
        "http://localhost:5173,,200",
        "http://localhost.evil.test:80,,403",
        ",cross-site,403",
        ",same-site,403",
        ",same-origin,200",
        ",none,200",
        ",,200"
    })
    void aCookieWritesForPagesOfTheListOnly(String origin, String site, int status) {
        RequestSpecification request =
                given().cookie("access_token", tokens.user(newUser()).sign());
        if (origin != null) {
            request.header("Origin", origin);
        }
        if (site != null) {
            request.header("Sec-Fetch-Site", site);
        }
        ValidatableResponse response = request.post(PATH).then().statusCode(status);
        if (status == 403) {
            problem(response, 403, "forbidden-origin");
        }
    }

    @Test
    void aTokenInTheHeaderNeedsNoOrigin() {
        with(tokens.user(newUser()).sign())
                .header("Origin", "https://evil.test")
                .post(PATH)
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void aPageOfTheListMayReadTheAnswer() {
        with(tokens.user(newUser()).sign())
                .header("Origin", "https://app.example.test")
                .post(PATH)
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", "https://app.example.test")
                .header("Access-Control-Allow-Credentials", "true")
                .header("Access-Control-Expose-Headers", containsString("Retry-After"))
                .header("Vary", "Origin");
    }

    @Test
    void aPageOfTheListMayReadRefusalsToo() {
        unauthenticated(given().header("Origin", "https://app.example.test")
                        .post(PATH)
                        .then())
                .header("Access-Control-Allow-Origin", "https://app.example.test");
    }

    /// Stops a page of another site from being told by its browser that it may ask.
    @ParameterizedTest
    @CsvSource({
        "https://app.example.test,/api/ws/ticket,204",
        "http://localhost:5173,/api/ws/ticket,204",
        "http://localhost,/api/ws/ticket,204",
        "https://app.example.test,/api/events,204",
        "https://app.example.test,/anything,204",
        "https://evil.test,/api/ws/ticket,403",
        "https://localhost:5173,/api/ws/ticket,403",
        "http://localhost:5173.evil.test,/api/ws/ticket,403",
        "null,/api/ws/ticket,403"
    })
    void preflightsAreAnsweredFromOneTable(String origin, String path, int status) {
        ValidatableResponse response = given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .options(path)
                .then()
                .statusCode(status);
        if (status == 204) {
            response.header("Access-Control-Allow-Origin", origin)
                    .header("Access-Control-Allow-Credentials", "true")
                    .header("Access-Control-Allow-Methods", containsString("POST"))
                    .header("Access-Control-Allow-Headers", containsString("Authorization"))
                    .header("Access-Control-Allow-Headers", containsString("Content-Type"))
                    .header("Vary", "Origin");
        } else {
            problem(response, 403, "forbidden-origin").header("Access-Control-Allow-Origin", nullValue());
        }
    }

    private static ValidatableResponse unauthenticated(ValidatableResponse response) {
        return problem(response, 401, "unauthenticated")
                .header("WWW-Authenticate", startsWith("Bearer"))
                .body("instance", equalTo(PATH));
    }
}
