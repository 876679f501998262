package dev.freshet.push.poll;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class PollTest extends PushTest {

    private final String user = unique("ada");
    private final String channel = "user:" + user;
    private final Tokens.Builder[] token = new Tokens.Builder[1];

    @BeforeEach
    void sign() {
        token[0] = tokens.user(user);
    }

    @Test
    void withoutAPlaceItAnswersTheNewest() {
        for (int i = 0; i < 5; i++) {
            xadd(channel, "a", Integer.toString(i));
        }
        String last = xadd(channel, "b", "{\"x\":1}", "actor", "bob");

        JsonNode body = awaitEvents("?limit=3", 3);

        assertThat(payloads(body)).containsExactly("3", "4", "{\"x\":1}");
        JsonNode newest = body.path("events").get(2);
        assertThat(newest)
                .isEqualTo(json("{\"id\":\"" + wireId(channel, last) + "\",\"channel\":\"" + channel
                        + "\",\"type\":\"b\",\"payload\":{\"x\":1},\"timestamp\":"
                        + last.substring(0, last.indexOf('-'))
                        + ",\"actor\":\"bob\"}"));
        assertThat(body.path("cursor").textValue()).isEqualTo(wireId(channel, last));
        assertThat(body.path("gap").isNull()).isTrue();
    }

    @Test
    void fromAPlaceItAnswersWhatCameSinceAndWhereToGoOn() {
        String cursor = json(poll("").body()).path("cursor").textValue();
        for (int i = 0; i < 5; i++) {
            xadd(channel, "a", Integer.toString(i));
            xadd("user:" + unique("other"), "a", "\"not for ada\"");
        }
        awaitEvents("?after=" + cursor, 5);

        JsonNode first = json(poll("?limit=2&after=" + cursor).body());
        assertThat(payloads(first)).containsExactly("0", "1");
        JsonNode second =
                json(poll("?limit=2&after=" + first.path("cursor").textValue()).body());
        assertThat(payloads(second)).containsExactly("2", "3");
        JsonNode third =
                json(poll("?limit=2&after=" + second.path("cursor").textValue()).body());
        assertThat(payloads(third)).containsExactly("4");
        assertThat(payloads(
                        json(poll("?after=" + third.path("cursor").textValue()).body())))
                .isEmpty();
    }

    @Test
    void whatIsExcludedOrEphemeralIsLeftOut() {
        String cursor = json(poll("").body()).path("cursor").textValue();
        xadd(channel, "a", "0", "exclude", user);
        xadd(channel, "a", "1", "ephemeral", "1");
        xadd(channel, "a", "2", "exclude", "bob");

        assertThat(payloads(awaitEvents("?after=" + cursor, 1))).containsExactly("2");
        assertThat(payloads(json(poll("").body()))).containsExactly("2");
    }

    @ParameterizedTest
    @CsvSource({"1-1~otherLog, reset", "9999999999999-0~EPOCH, reset", "3.1-1~EPOCH, reset"})
    void aPlaceThatCannotBeUsedIsAGapAndTheNewest(String place, String reason) {
        xadd(channel, "a", "1");
        awaitEvents("", 1);

        JsonNode body = json(poll("?after=" + place.replace("EPOCH", epoch(0))).body());

        assertThat(body.path("gap").textValue()).isEqualTo(reason);
        assertThat(payloads(body)).containsExactly("1");
        JsonNode next = json(poll("?after=" + body.path("cursor").textValue()).body());
        assertThat(next.path("gap").isNull()).isTrue();
        assertThat(payloads(next)).isEmpty();
    }

    @Test
    void itWaitsForNewsEphemeralOnesToo() throws Exception {
        xadd(channel, "a", "0");
        String cursor = awaitEvents("", 1).path("cursor").textValue();
        CompletableFuture<HttpResponse<String>> waiting = HTTP.sendAsync(
                request("/api/channels/" + channel + "/events?wait=20&after=" + cursor, token[0])
                        .build(),
                BodyHandlers.ofString());
        awaitConnections("poll", 1);

        xadd(channel, "a", "1", "exclude", user);
        String id = xadd(channel, "typing", "2", "ephemeral", "1");

        JsonNode body = json(waiting.get().body());
        assertThat(payloads(body)).containsExactly("2");
        assertThat(body.path("cursor").textValue()).isEqualTo(wireId(channel, id));
        awaitConnections("poll", 0);
    }

    @Test
    void whereNothingComesTheAnswerIsEmptyAndTheSame() {
        // Or, where another test has just emptied the log, the place would be among the window's oldest and move on.
        for (int i = 0; i < 5; i++) {
            xadd("user:" + unique("other"), "a", "1");
        }
        xadd(channel, "a", "0");
        String cursor = awaitEvents("", 1).path("cursor").textValue();

        long before = System.nanoTime();
        HttpResponse<String> first = poll("?wait=1&after=" + cursor);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        xadd("user:" + unique("other"), "a", "1");
        HttpResponse<String> second = poll("?after=" + cursor);

        assertThat(first.body()).isEqualTo("{\"events\":[],\"cursor\":\"" + cursor + "\",\"gap\":null}");
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("ETag"))
                .isEqualTo(first.headers().firstValue("ETag"));
    }

    @Test
    void aGapEndsTheWaiting() throws Exception {
        xadd(channel, "a", "0");
        String cursor = awaitEvents("", 1).path("cursor").textValue();
        CompletableFuture<HttpResponse<String>> waiting = HTTP.sendAsync(
                request("/api/channels/" + channel + "/events?wait=20&after=" + cursor, token[0])
                        .build(),
                BodyHandlers.ofString());
        awaitConnections("poll", 1);

        redis.cli("FLUSHALL");

        JsonNode body = json(waiting.get().body());
        assertThat(body.path("gap").textValue()).isEqualTo("reset");
        assertThat(body.path("events")).isEmpty();
    }

    @Test
    void anUnchangedAnswerIsNotSentAgain() {
        xadd(channel, "a", "1");
        awaitEvents("", 1);
        HttpResponse<String> first = poll("");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.headers().firstValue("Cache-Control")).contains("private, no-cache");

        HttpResponse<String> second = get(
                request("/api/channels/" + channel + "/events", token[0]).header("If-None-Match", "\"x\", W/" + tag));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(second.headers().firstValue("ETag")).contains(tag);

        xadd(channel, "a", "2");
        awaitEvents("", 2);
        assertThat(get(request("/api/channels/" + channel + "/events", token[0]).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theLatestIsAPayloadAlone() {
        assertThat(latest("").body()).isEqualTo("null");
        xadd(channel, "price", "{\"v\":1}");
        xadd(channel, "price", "{ \"v\": 2 }");
        xadd(channel, "other", "3");
        awaitEvents("", 3);

        assertThat(latest("").body()).isEqualTo("3");
        HttpResponse<String> price = latest("?type=price");
        assertThat(price.body()).isEqualTo("{\"v\":2}");
        assertThat(price.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(latest("?type=none").body()).isEqualTo("null");
        assertThat(get(request("/api/channels/" + channel + "/latest?type=price", token[0])
                                .header(
                                        "If-None-Match",
                                        price.headers().firstValue("ETag").orElseThrow()))
                        .statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?after=garbage",
                "?after=1-1",
                "?after=1-1~a%0d%0a",
                "?after=0.1-1~abcdefgh",
                "?limit=0",
                "?limit=101",
                "?limit=x",
                "?wait=31",
                "?wait=-1",
                "?wait=1.5"
            })
    void whatIsMalformedIsRefused(String query) {
        HttpResponse<String> answer = poll(query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(answer.body()).path("errors").get(0).path("field").textValue())
                .isEqualTo(query.substring(1, query.indexOf('=')));
    }

    /// Stops a user from reading by polling what the token does not let be followed.
    @Test
    void onlyGrantedChannelsAreAnswered() {
        for (String path : List.of("/events", "/latest")) {
            assertThat(get(request("/api/channels/user:bob" + path, token[0])).statusCode())
                    .isEqualTo(403);
            assertThat(get(request("/api/channels/nonsense" + path, token[0])).statusCode())
                    .isEqualTo(400);
            assertThat(get(request("/api/channels/" + channel + path)).statusCode())
                    .isEqualTo(401);
            assertThat(get(request("/api/channels/user:me" + path, token[0])).statusCode())
                    .isEqualTo(200);
            HttpResponse<String> post =
                    get(request("/api/channels/" + channel + path, token[0]).POST(BodyPublishers.noBody()));
            assertThat(post.statusCode()).isEqualTo(405);
            assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
        }
        HttpResponse<String> head =
                get(request("/api/channels/" + channel + "/events", token[0]).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("ETag")).isPresent();
    }

    private JsonNode awaitEvents(String query, int count) {
        return org.awaitility.Awaitility.await()
                .until(
                        () -> json(poll(query).body()),
                        body -> body.path("events").size() == count);
    }

    private HttpResponse<String> poll(String query) {
        return get(request("/api/channels/" + channel + "/events" + query, token[0]));
    }

    private HttpResponse<String> latest(String query) {
        return get(request("/api/channels/" + channel + "/latest" + query, token[0]));
    }

    private static List<String> payloads(JsonNode body) {
        return StreamSupport.stream(body.path("events").spliterator(), false)
                .map(event -> event.path("payload").toString())
                .toList();
    }
}
