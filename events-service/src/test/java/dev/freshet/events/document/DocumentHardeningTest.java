package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.freshet.contract.Limits;
import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is wrong with a request: a problem, nothing appended and no document made.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class DocumentHardeningTest {

    private static final String GOOD = "{\"content\":1}";
    private static final String MOVE = "{\"line\":1,\"column\":1}";

    RedisServer redis;
    Tokens tokens;
    Service service;

    @BeforeEach
    void connect() {
        service = new Service(redis, tokens);
    }

    static Stream<Arguments> misfits() {
        int room = Limits.MAX_CONTENT_BYTES - 2;
        return Stream.of(
                Arguments.of("content", "content", "{}"),
                Arguments.of("content", "content", "{\"contents\":1}"),
                Arguments.of("content", "content", "{\"content\":1,\"content\":2}"),
                Arguments.of("content", "content", "{\"content\":\"" + "x".repeat(room + 1) + "\"}"),
                Arguments.of("content", "content", "{\"content\":" + "[".repeat(64) + "]".repeat(64) + "}"),
                Arguments.of("content", "body", "[{\"content\":1}]"),
                Arguments.of("content", "body", "null"),
                Arguments.of("content", "body", "\"text\""),
                Arguments.of("cursor", "line", "{\"column\":1}"),
                Arguments.of("cursor", "column", "{\"line\":1}"),
                Arguments.of("cursor", "line", "{\"line\":-1,\"column\":1}"),
                Arguments.of("cursor", "line", "{\"line\":\"1\",\"column\":1}"),
                Arguments.of("cursor", "line", "{\"line\":null,\"column\":1}"),
                Arguments.of("cursor", "line", "{\"line\":1.5,\"column\":1}"),
                Arguments.of("cursor", "line", "{\"line\":[1],\"column\":1}"),
                Arguments.of("cursor", "line", "{\"line\":1,\"line\":1,\"column\":1}"),
                Arguments.of("cursor", "column", "{\"line\":1,\"column\":2147483648}"),
                Arguments.of("cursor", "column", "{\"line\":1,\"column\":1e999999999}"),
                Arguments.of("cursor", "body", "[3,14]"));
    }

    /// Stops an editor from storing what is too big, too deep or ambiguous, and from pointing at places that are
    /// none.
    @ParameterizedTest
    @MethodSource("misfits")
    void aMisfitIsToldByItsField(String what, String field, String body) {
        Response answer = send(ada().body(body), what, "misfit");
        refused(answer, 400, "invalid-request").then().body("errors.field", hasItem(field));
        assertNothingAt("misfit");
    }

    /// Stops the bounds from being drawn tighter than the interface says.
    @Test
    void theLargestAndTheDeepestContentIsTaken() {
        String largest = "{\"content\":\"" + "x".repeat(Limits.MAX_CONTENT_BYTES - 2) + "\"}";
        assertThat(send(ada().body(largest), "content", "largest").statusCode()).isEqualTo(200);
        String deepest = "{\"content\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(send(ada().body(deepest), "content", "deepest").statusCode()).isEqualTo(200);
    }

    /// Stops bytes that are no JSON from reaching the parser of every follower, and brackets by the hundred
    /// thousand from overflowing ours.
    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"content\":}", "{\"content\":1} 2", "{\"line\":01,\"column\":1}"})
    void whatIsNotJsonIsMalformed(String body) {
        for (String what : List.of("content", "cursor")) {
            RequestSpecification request = ada();
            refused(send(body.isEmpty() ? request : request.body(body), what, "malformed"), 400, "malformed-json");
        }
        refused(send(ada().body("{\"content\":" + "[".repeat(200_000)), "content", "malformed"), 400, "malformed-json");
        assertNothingAt("malformed");
    }

    /// Stops white space from filling the memory around a small content.
    @Test
    void bodiesBeyondTheirBoundAreRefused() {
        String padding = " ".repeat(1024 * 1024);
        refused(send(ada().body(padding + GOOD), "content", "large"), 413, "too-large");
        refused(send(ada().body(padding + MOVE), "cursor", "large"), 413, "too-large");
        assertNothingAt("large");
    }

    /// Stops an edit from overwriting another's because the condition that forbade it was not understood.
    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1", "1\"", "w/\"1\"", "\"1\" \"2\"", "*, \"1\"", "'1'", "\"1 2\""})
    void aPreconditionThatDoesNotParseIsNeverIgnored(String header) {
        for (String name : List.of("If-Match", "If-None-Match")) {
            refused(send(ada().header(name, header).body(GOOD), "content", "conditional"), 400, "invalid-request")
                    .then()
                    .body("errors.field", hasItem(name));
        }
        assertNothingAt("conditional");
    }

    /// Stops an id with colons, braces or line ends from reaching another document's key or another line of the
    /// protocol.
    @ParameterizedTest
    @ValueSource(strings = {"a b", "a:b", "a*", "ä", "a;b", "a\r\nb", "a/b"})
    void idsOutsideTheGrammarAreRefused(String id) {
        for (String what : List.of("content", "cursor")) {
            Response answer = send(ada().body(what.equals("content") ? GOOD : MOVE), what, id);
            assertThat(answer.statusCode()).as(answer.asString()).isIn(400, 404);
            assertThat(answer.contentType()).isEqualTo("application/problem+json");
        }
        refused(send(ada().body(GOOD), "content", "x".repeat(129)), 400, "invalid-request");
    }

    /// Stops whoever has no grant for a document from changing it or showing a cursor in it.
    @Test
    void aForbiddenDocumentIsNeitherEditedNorPointedAt() {
        RequestSpecification[] eves = {
            as(tokens.user("eve")), as(tokens.user("eve").channels("room:*", "user:*", "document:mine")),
        };
        for (RequestSpecification eve : eves) {
            refused(eve.body(GOOD).patch("/api/documents/secret/content"), 403, "forbidden-channel");
            refused(eve.body(MOVE).post("/api/documents/secret/cursor"), 403, "forbidden-channel");
        }
        refused(
                Service.anonymous().contentType("application/json").body(GOOD).patch("/api/documents/secret/content"),
                401,
                "unauthenticated");
        assertNothingAt("secret");
    }

    /// Stops a page of another site from editing with its visitor's cookie.
    @Test
    void aCookieOfAnotherSitesPageEditsNothing() {
        for (String header : List.of("Origin", "Sec-Fetch-Site")) {
            RequestSpecification request = Service.anonymous()
                    .contentType("application/json")
                    .cookie(
                            "access_token",
                            tokens.user("ada").channels("document:*").sign())
                    .header(header, header.equals("Origin") ? "https://evil.test" : "cross-site");
            refused(request.body(GOOD).patch("/api/documents/crossed/content"), 403, "forbidden-origin");
            refused(request.body(MOVE).post("/api/documents/crossed/cursor"), 403, "forbidden-origin");
        }
        assertNothingAt("crossed");
    }

    /// Stops an editor from signing an edit with another's name, version or channel.
    @Test
    void contentForgesNoFieldOfItsEvent() {
        String content = "\"\\\",\\\"version\\\":99,\\\"userId\\\":\\\"eve\\\"}\"";
        Response answer = send(
                ada().body("{\"userId\":\"eve\",\"version\":99,\"content\":" + content + ",\"channel\":\"room:x\"}"),
                "content",
                "forged");
        assertThat(answer.asString()).isEqualTo("{\"content\":" + content + ",\"version\":1}");
        assertThat(redis.cli("XREVRANGE", "events:{0}", "+", "-", "COUNT", "1").lines())
                .contains("{\"content\":" + content + ",\"version\":1,\"userId\":\"ada\"}", "document:forged")
                .doesNotContain("room:x");
        send(ada().body("{\"line\":1,\"column\":1,\"userId\":\"eve\"}"), "cursor", "forged");
        assertThat(service.newest()).contains("{\"userId\":\"ada\",\"line\":1,\"column\":1}");
    }

    /// Stops bodies of another meaning, as a merge patch, from being stored as if they were the content.
    @Test
    void otherMethodsAndMediaTypesAreRefused() {
        refused(ada().body(GOOD).post("/api/documents/d/content"), 405, "method-not-allowed");
        refused(
                as(tokens.user("ada").channels("document:*"))
                        .contentType("application/merge-patch+json")
                        .body(GOOD)
                        .patch("/api/documents/d/content"),
                415,
                "unsupported-media-type");
        assertNothingAt("d");
    }

    private static Response send(RequestSpecification request, String what, String id) {
        return what.equals("content")
                ? request.patch("/api/documents/{id}/content", id)
                : request.post("/api/documents/{id}/cursor", id);
    }

    private void assertNothingAt(String id) {
        assertThat(redis.cli("EXISTS", "document:{0}:" + id, "cursor:{0}:" + id + ":ada"))
                .isEqualTo("0");
        assertThat(redis.cli("XRANGE", "events:{0}", "-", "+")).doesNotContain("document:" + id + "\n");
    }

    private RequestSpecification ada() {
        return as(tokens.user("ada").channels("document:*"));
    }

    private static RequestSpecification as(Tokens.Builder user) {
        return Service.with(user.sign()).contentType("application/json");
    }

    private static Response refused(Response answer, int status, String slug) {
        answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("https://freshet.dev/problems/" + slug));
        return answer;
    }
}
