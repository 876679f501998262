package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is wrong with a request: a problem that says which field and why, and nothing appended.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class PublishHardeningTest {

    private static final String GOOD = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    @TestHTTPResource("/api/events")
    URI events;

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

    static Stream<Arguments> misfits() {
        String tail = ",\"type\":\"t\",\"payload\":1}";
        String head = "{\"channel\":\"user:42\",";
        return Stream.of(
                Arguments.of("channel", "{\"type\":\"t\",\"payload\":1}"),
                Arguments.of("channel", "{\"channel\":null" + tail),
                Arguments.of("channel", "{\"channel\":[\"user:42\"]" + tail),
                Arguments.of("channel", "{\"channel\":\"group:42\"" + tail),
                Arguments.of("channel", "{\"channel\":\"42\"" + tail),
                Arguments.of("channel", "{\"channel\":\"user:\"" + tail),
                Arguments.of("channel", "{\"channel\":\"user:me\"" + tail),
                Arguments.of("channel", "{\"channel\":\"room:*\"" + tail),
                Arguments.of("channel", "{\"channel\":\"room:ä\"" + tail),
                Arguments.of("channel", "{\"channel\":\"room:a\\r\\nb\"" + tail),
                Arguments.of("channel", "{\"channel\":\"room:" + "a".repeat(129) + "\"" + tail),
                Arguments.of("channel", "{\"channel\":\"user:42\",\"channel\":\"user:43\"" + tail),
                Arguments.of("channels", "{\"channel\":\"user:42\",\"channels\":[\"user:43\"]" + tail),
                Arguments.of("channels", "{\"channels\":[]" + tail),
                Arguments.of("channels", "{\"channels\":null" + tail),
                Arguments.of("channels", "{\"channels\":\"user:42\"" + tail),
                Arguments.of("channels", "{\"channels\":[\"user:42\",[{\"a\":[1]}],\"user:43\"]" + tail),
                Arguments.of("channels", "{\"channels\":[\"user:42\",\"user:42\"]" + tail),
                Arguments.of("channels", "{\"channels\":[\"user:42\",\"room:*\"]" + tail),
                Arguments.of(
                        "channels",
                        IntStream.range(0, 501)
                                .mapToObj(i -> "\"broadcast:" + i + "\"")
                                .collect(Collectors.joining(",", "{\"channels\":[", "]" + tail))),
                Arguments.of("type", head + "\"payload\":1}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":null}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":{\"a\":1}}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"\"}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"a\\r\\nid: 1\"}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"a\\n\"}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"init\"}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"message\"}"),
                Arguments.of("type", head + "\"payload\":1,\"type\":\"" + "t".repeat(65) + "\"}"),
                Arguments.of("payload", head + "\"type\":\"t\"}"),
                Arguments.of("payload", head + "\"type\":\"t\",\"payload\":1,\"payload\":2}"),
                Arguments.of("payload", head + "\"type\":\"t\",\"payload\":\"" + "x".repeat(64 * 1024 - 1) + "\"}"),
                Arguments.of("payload", head + "\"type\":\"t\",\"payload\":" + "[".repeat(65) + "]".repeat(65) + "}"),
                Arguments.of("ephemeral", head + "\"type\":\"t\",\"payload\":1,\"ephemeral\":1}"),
                Arguments.of("ephemeral", head + "\"type\":\"t\",\"payload\":1,\"ephemeral\":null}"),
                Arguments.of("exclude", head + "\"type\":\"t\",\"payload\":1,\"exclude\":\"me\"}"),
                Arguments.of("exclude", head + "\"type\":\"t\",\"payload\":1,\"exclude\":null}"),
                Arguments.of("body", "null"),
                Arguments.of("body", "\"text\""),
                Arguments.of("body", "[]"));
    }

    /// Stops a publisher from forging lines of the protocol (CR, LF), events of Freshet's own (`init`), a channel
    /// that two parsers read differently, and payloads that are too big or too deep for their readers.
    @ParameterizedTest
    @MethodSource("misfits")
    void aMisfitIsToldByItsField(String field, String body) {
        problem(service.json(body).post("/api/events").then(), 400, "invalid-request")
                .body("errors.field", hasItem(field));
    }

    /// Stops a caller from having to find out the rules one refusal at a time.
    @Test
    void allMistakesOfAnElementAreTold() {
        service.json("{\"channel\":\"x\",\"type\":\"a b\",\"ephemeral\":7,\"exclude\":\"\"}")
                .post("/api/events")
                .then()
                .statusCode(400)
                .body("errors.field", equalTo(java.util.List.of("channel", "type", "ephemeral", "exclude", "payload")));
    }

    /// Stops bytes that are almost JSON from reaching followers, whose parsers may read them otherwise.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":}",
                "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":01}",
                "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}}",
                "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1} {}",
                "{'channel':'user:42'}",
                "[{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1},]",
                "\uFEFF{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}",
                "NaN"
            })
    void whatIsNotJsonIsMalformed(String body) {
        RequestSpecification request = service.publisher().contentType("application/json");
        problem(
                (body.isEmpty() ? request : request.body(body))
                        .post("/api/events")
                        .then(),
                400,
                "malformed-json");
    }

    /// Stops UTF-16 from passing a check that was made for UTF-8.
    @Test
    void otherEncodingsAreMalformed() {
        for (var charset :
                java.util.List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16)) {
            problem(
                    service.publisher()
                            .contentType("application/json")
                            .body(GOOD.getBytes(charset))
                            .post("/api/events")
                            .then(),
                    400,
                    "malformed-json");
        }
    }

    /// Stops bytes that are no UTF-8 from breaking the WebSockets of all who follow the channel.
    @Test
    void invalidUtf8InAPayloadIsRefused() {
        byte[] body = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":\"_\"}".getBytes(StandardCharsets.UTF_8);
        body[body.length - 3] = (byte) 0xc0;
        service.publisher()
                .contentType("application/json")
                .body(body)
                .post("/api/events")
                .then()
                .statusCode(400);
    }

    /// Stops brackets by the hundred thousand, which would overflow the stack of a parser that follows them.
    @Test
    void nestingBeyondReasonIsRefusedNotFollowed() {
        problem(
                service.json("{\"x\":" + "[".repeat(500_000))
                        .post("/api/events")
                        .then(),
                400,
                "malformed-json");
    }

    /// Stops one request from holding a script of Redis, and everybody behind it, for as long as it likes.
    @Test
    void moreThanFiveHundredElementsAreRefusedTogether() {
        String batch = IntStream.range(0, 501).mapToObj(i -> GOOD).collect(Collectors.joining(",", "[", "]"));
        problem(service.json(batch).post("/api/events").then(), 400, "invalid-request")
                .body("errors[0].field", equalTo("body"));
    }

    /// Stops a publisher from reaching a channel without a grant by naming it next to one with, or in the path.
    @Test
    void oneForbiddenChannelOfSeveralForbidsAll() {
        problem(
                        service.json("{\"channels\":[\"user:42\",\"user:7\"],\"type\":\"t\",\"payload\":1}")
                                .post("/api/events")
                                .then(),
                        403,
                        "forbidden-channel")
                .body("detail", containsString("user:7"));
        problem(service.json(GOOD).post("/api/users/7/events").then(), 403, "forbidden-channel");
        problem(service.json(GOOD).post("/api/rooms/other/events").then(), 403, "forbidden-channel");
    }

    /// Stops names with another meaning, and lists where one is expected, from coming in through the path.
    @Test
    void pathsOutsideTheGrammarAreRefused() {
        problem(service.json(GOOD).post("/api/users/notifications/events").then(), 400, "invalid-request")
                .body("errors[0].field", equalTo("id"));
        problem(service.json(GOOD).post("/api/rooms/{room}/events", "a b").then(), 400, "invalid-request")
                .body("errors[0].field", equalTo("room"));
        problem(service.json("[" + GOOD + "]").post("/api/users/42/events").then(), 400, "invalid-request");
    }

    /// Stops forms of other sites' pages, which browsers send without a preflight as `text/plain` or
    /// `multipart/form-data`.
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data"})
    void otherMediaTypesAreNotUnderstood(String mediaType) {
        problem(
                service.publisher()
                        .header("Content-Type", mediaType)
                        .body(GOOD.getBytes(StandardCharsets.UTF_8))
                        .post("/api/events")
                        .then(),
                415,
                "unsupported-media-type");
    }

    /// Stops methods and paths that nobody meant from doing something.
    @Test
    void otherMethodsAreNotAllowed() {
        problem(service.publisher().delete("/api/events").then(), 405, "method-not-allowed");
        problem(service.publisher().post("/api/nothing").then(), 404, "not-found");
    }

    /// Stops bodies that would fill the memory, whether they say how large they are or not.
    @Test
    void tooLargeBodiesAreRefusedWithAndWithoutALength() throws Exception {
        for (int size : new int[] {1024 * 1024 + 1, 4 * 1024 * 1024 + 1, 9 * 1024 * 1024}) {
            byte[] body = (" ".repeat(size - GOOD.length()) + GOOD).getBytes(StandardCharsets.UTF_8);
            for (boolean announced : new boolean[] {true, false}) {
                HttpResponse<String> answer = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()
                        .send(
                                HttpRequest.newBuilder(events)
                                        .header("Authorization", "Bearer " + service.publisherToken())
                                        .header("Content-Type", "application/json")
                                        .POST(
                                                announced
                                                        ? HttpRequest.BodyPublishers.ofByteArray(body)
                                                        : HttpRequest.BodyPublishers.ofInputStream(
                                                                () -> new ByteArrayInputStream(body)))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as("%d %s", size, announced).isEqualTo(413);
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                assertThat(answer.body()).contains("problems/too-large");
            }
        }
    }

    /// Stops a key that cannot be kept from being ignored, so that a repetition would be published twice.
    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "a.b"})
    void anIdempotencyKeyOutsideItsGrammarIsRefused(String key) {
        problem(
                        service.json(GOOD)
                                .header("Idempotency-Key", key)
                                .post("/api/events")
                                .then(),
                        400,
                        "invalid-request")
                .body("errors[0].field", equalTo("Idempotency-Key"));
    }

    private static ValidatableResponse problem(ValidatableResponse answer, int status, String slug) {
        return answer.statusCode(status)
                .header("Content-Type", "application/problem+json")
                .body("type", equalTo("https://freshet.dev/problems/" + slug))
                .body("status", equalTo(status));
    }
}
