package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who gets no stream, and how they are told.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseRefusalTest extends PushTest {

    private static final String[] PATHS = {
        "/api/events/me",
        "/api/events?channels=user:me",
        "/api/rooms/general/events",
        "/api/broadcasts/orders/events",
        "/api/documents/7/events"
    };

    private final String user = unique("ada");

    /// Stops whoever shows nothing.
    @Test
    void withoutATokenEveryPathIs401() {
        for (String path : PATHS) {
            unauthenticated(request(path), path);
        }
    }

    /// Stops other bytes than a token's from being taken for one.
    @Test
    void aTokenThatIsNoTokenIs401() {
        for (String token : List.of("x", "a.b.c", "..", "%00", "", "eyJ.eyJ.sig")) {
            unauthenticated(request("/api/events/me").header("Authorization", "Bearer " + token), "/api/events/me");
        }
        unauthenticated(request("/api/events/me").header("Authorization", "Basic YTpi"), "/api/events/me");
        unauthenticated(request("/api/events/me").header("Authorization", "Bearer"), "/api/events/me");
        unauthenticated(request("/api/events/me").header("Cookie", "access_token=x"), "/api/events/me");
    }

    /// Stops whoever finds an old token.
    @Test
    void anExpiredTokenIs401() {
        unauthenticated(tokens.user(user).expiresIn(Duration.ofHours(-1)));
    }

    @Test
    void aTokenThatExpiredAMomentAgoIs401AndNoStreamThatEndsAtOnce() {
        unauthenticated(tokens.user(user).expiresIn(Duration.ofSeconds(-5)));
    }

    /// Stops a token that would be good for ever.
    @Test
    void aTokenThatNeverExpiresIs401() {
        unauthenticated(tokens.user(user).without("exp"));
    }

    /// Stops whoever writes a token without a signature (`alg: none`) from being anybody.
    @Test
    void anUnsignedTokenIs401() {
        String none =
                tokens.user(user).header("{\"alg\":\"none\",\"typ\":\"JWT\"}").unsigned();
        for (String token : List.of(none + ".", none, none + ".AAAA")) {
            unauthenticated(request("/api/events/me").header("Authorization", "Bearer " + token), "/api/events/me");
        }
    }

    /// Stops a token from choosing how it is checked.
    @Test
    void aTokenWhoseHeaderNamesAnotherAlgorithmIs401() {
        unauthenticated(tokens.user(user).header("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
        unauthenticated(tokens.user(user).header("{\"alg\":\"none\",\"typ\":\"JWT\"}"));
    }

    /// Stops tokens that were made for others from opening anything here.
    @Test
    void aTokenOfAnotherIssuerOrForAnotherAudienceIs401() {
        unauthenticated(tokens.user(user).claim("iss", "https://evil.test"));
        unauthenticated(tokens.user(user).without("iss"));
        unauthenticated(tokens.user(user).claim("aud", "other"));
        unauthenticated(tokens.user(user).without("aud"));
    }

    /// Stops whoever has a key of their own from signing as anybody.
    @Test
    void aTokenOfAnotherKeyIs401() {
        unauthenticated(Tokens.create().user(user));
    }

    /// Stops a user from writing another name or more grants into a token.
    @Test
    void aTokenWithAnotherBodyThanWasSignedIs401() {
        String[] mine = tokens.user(user).sign().split("\\.");
        String[] forged = tokens.user("victim").unsigned().split("\\.");
        unauthenticated(
                request("/api/events/me")
                        .header("Authorization", "Bearer " + mine[0] + "." + forged[1] + "." + mine[2]),
                "/api/events/me");
    }

    @Test
    void theTokenMayComeAsCookie() {
        SseRecorder stream = sse(request("/api/events/me")
                .header("Cookie", "a=b; access_token=" + tokens.user(user).sign()));

        assertThat(stream.next().event()).isEqualTo("init");
    }

    /// Stops a user from following what the token does not grant, by any path or list.
    @Test
    void aForbiddenChannelIsA403ThatNamesItOnEveryPath() {
        forbidden("/api/events/bob", "user:bob");
        forbidden("/api/rooms/general/events", "room:general");
        forbidden("/api/documents/7/events", "document:7");
        forbidden("/api/events?channels=user:me,room:general,document:7", "room:general");
        forbidden("/api/events/me?channels=broadcast:orders,document:7", "document:7");
        forbidden("/api/broadcasts/orders/events?channels=user:bob", "user:bob");
    }

    /// Stops a grant for one channel or prefix from opening its neighbours.
    @Test
    void aGrantHoldsForItsChannelsOnly() {
        Tokens.Builder caller =
                tokens.user(user).channels("room:team-*", "document:7").publish("room:general");

        assertThat(get(request("/api/rooms/team/events", caller)).statusCode()).isEqualTo(403);
        assertThat(get(request("/api/rooms/general/events", caller)).statusCode())
                .isEqualTo(403);
        assertThat(get(request("/api/documents/77/events", caller)).statusCode())
                .isEqualTo(403);
        assertThat(get(request("/api/documents/team-a/events", caller)).statusCode())
                .isEqualTo(403);
        assertThat(sse("/api/rooms/team-a/events?channels=document:7", caller)
                        .next()
                        .event())
                .isEqualTo("init");
    }

    /// Stops a subject with another meaning, as a colon or `me`, from becoming a channel.
    @ParameterizedTest
    @ValueSource(strings = {"me", "notifications", "a b", "a:b", "a*", "ä", "a\\b", ""})
    void aUserIdThatCannotBeOneIsA403ThatSaysSo(String id) {
        HttpResponse<String> answer = get(request("/api/events/me", tokens.user(id)));

        problem(answer, 403, "invalid-identity", "/api/events/me");
        assertThat(json(answer.body()).path("detail").textValue()).contains("sub");
    }

    @Test
    void aTokenWithoutAUserIsA403ThatSaysSo() {
        problem(
                get(request("/api/events/me", tokens.user(user).without("sub"))),
                403,
                "invalid-identity",
                "/api/events/me");
    }

    /// Stops grants that cannot be read from being read generously.
    @Test
    void grantsThatCannotBeReadAreA403() {
        for (Tokens.Builder broken : List.of(
                tokens.user(user).channels("rooms:*"),
                tokens.user(user).claim("channels", "room:*"),
                tokens.user(user).claim("channels", 7),
                tokens.user(user).claim("publish", List.of(1, 2)))) {
            problem(get(request("/api/events/me", broken)), 403, "invalid-identity", "/api/events/me");
        }
    }

    /// Stops names and types with CR, LF, NUL or another meaning from reaching a stream or a key.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/events",
                "/api/events?channels=",
                "/api/events?channels=,",
                "/api/events?channels=general",
                "/api/events?channels=topic:general",
                "/api/events?channels=room:",
                "/api/events?channels=room:a%20b",
                "/api/events?channels=room:a,,room:b",
                "/api/events?channels=ROOM:a",
                "/api/events?channels=room:a%0D%0Aevent:x",
                "/api/events?channels=room:a%00",
                "/api/events/me?channels=room:%C3%A4",
                "/api/events/me?types=a%20b",
                "/api/events/me?types=a,",
                "/api/events/me?types=a%0Ab",
                "/api/events/a%20b",
                "/api/events/a%0D%0Ab",
                "/api/events/a%00b",
                "/api/rooms/a:b/events",
                "/api/rooms/a%2Fb/events",
                "/api/rooms/%ff/events",
                "/api/broadcasts/a*/events",
                "/api/documents/a%0Ab/events"
            })
    void aMalformedRequestIsA400(String path) {
        // Not every one of these passes a client that knows what a URI is.
        String token = tokens.user(user).channels("room:*", "document:*").sign();
        String answer = raw().send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                        + token + "\r\n\r\n")
                .readToEnd();

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                .contains("/invalid-request\"")
                .doesNotContain("Exception")
                .doesNotContain("dev.freshet.push");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/events?channels=%zz", "/api/events?channels=%", "/api/events/%zz", "/api/events?%=1"})
    void whatIsNoUriIsA400(String path) {
        // Refused by the HTTP server, before any of our code.
        assertThat(raw().send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .readToEnd())
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aTooLongNameIsA400() {
        String longest = "x".repeat(128);
        Tokens.Builder caller = tokens.user(user).channels("room:*");

        assertThat(sse("/api/rooms/" + longest + "/events", caller).next().event())
                .isEqualTo("init");
        assertThat(get(request("/api/rooms/x" + longest + "/events", caller)).statusCode())
                .isEqualTo(400);
    }

    /// Stops one stream from costing a pod as much as hundreds.
    @Test
    void tooManyChannelsAreA400() {
        StringBuilder list = new StringBuilder("broadcast:0");
        for (int i = 1; i < 100; i++) {
            list.append(",broadcast:").append(i);
        }
        assertThat(sse("/api/events?channels=" + list, tokens.user(user)).next().event())
                .isEqualTo("init");

        HttpResponse<String> answer = get(request("/api/events?channels=" + list + ",user:me", tokens.user(user)));

        problem(answer, 400, "invalid-request", "/api/events");
        assertThat(json(answer.body()).path("errors").path(0).path("field").textValue())
                .isEqualTo("channels");
    }

    @Test
    void anythingButGetAndHeadIsA405ThatSaysSo() {
        for (String path : PATHS) {
            for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
                HttpResponse<String> answer =
                        get(request(path, tokens.user(user)).method(method, HttpRequest.BodyPublishers.ofString("{}")));
                int query = path.indexOf('?');
                problem(answer, 405, "method-not-allowed", query < 0 ? path : path.substring(0, query));
                assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD");
            }
        }
    }

    @Test
    void anUnknownPathIsA404Problem() {
        problem(get(request("/api/nothing", tokens.user(user))), 404, "not-found", "/api/nothing");
    }

    /// Stops tokens from getting into the logs of every proxy on the way.
    @Test
    void aJwtInTheQueryIsRefusedWhereTheOperatorDidNotAllowIt() {
        String token = tokens.user(user).sign();
        unauthenticated(request("/api/events/me?token=" + token), "/api/events/me");
        unauthenticated(request("/api/events/me?ticket=" + token), "/api/events/me");
        // Not even next to a good header: what the URL says was meant.
        unauthenticated(request("/api/events/me?token=" + token, tokens.user(user)), "/api/events/me");
    }

    /// Stops a token or ticket from coming back in an answer that is logged or shown.
    @Test
    void aRefusalRepeatsNothingSecret() {
        String token = tokens.user(user).expiresIn(Duration.ofHours(-1)).sign();

        HttpResponse<String> answer = get(request("/api/events/me?token=" + token));

        assertThat(answer.body()).doesNotContain(token);
        assertThat(json(answer.body()).path("instance").textValue()).isEqualTo("/api/events/me");
    }

    private void unauthenticated(Tokens.Builder token) {
        unauthenticated(request("/api/events/me", token), "/api/events/me");
    }

    private void unauthenticated(HttpRequest.Builder request, String path) {
        HttpResponse<String> answer = get(request);
        int query = path.indexOf('?');
        problem(answer, 401, "unauthenticated", query < 0 ? path : path.substring(0, query));
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer realm=\"freshet\"");
    }

    private void forbidden(String path, String channel) {
        HttpResponse<String> answer = get(request(path, tokens.user(user)));
        int query = path.indexOf('?');
        problem(answer, 403, "forbidden-channel", query < 0 ? path : path.substring(0, query));
        assertThat(json(answer.body()).path("detail").textValue()).contains(channel);
    }

    private static void problem(HttpResponse<String> answer, int status, String type, String path) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        JsonNode problem = json(answer.body());
        assertThat(problem.path("type").textValue()).isEqualTo("https://freshet.dev/problems/" + type);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("title").textValue()).isNotEmpty();
        assertThat(problem.path("detail").textValue()).isNotEmpty();
        assertThat(problem.path("instance").textValue()).isEqualTo(path);
    }
}
