package dev.freshet.push.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One user, and the channels of others, by every way there is.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class GrantsHardeningTest extends PushTest {

    private final String user = unique("eve");

    /// Stops a user from reading what the token does not grant, by any path, next to what it does grant or alone.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/events/bob",
                "/api/events?channels=user:bob",
                "/api/events?channels=room:mine,room:secret",
                "/api/events/me?channels=room:secret",
                "/api/events/me?channels=document:mine,document:secret",
                "/api/rooms/secret/events",
                "/api/rooms/secret/events?presence=false",
                "/api/rooms/secret/events?last=10",
                "/api/rooms/mine/events?channels=user:bob",
                "/api/documents/secret/events",
                "/api/documents/mine/events?channels=room:secret",
                "/api/broadcasts/news/events?channels=room:secret",
                "/api/channels/room:secret/events",
                "/api/channels/room:secret/events?after=1-1~abcd",
                "/api/channels/room:secret/events?wait=1",
                "/api/channels/document:secret/latest",
                "/api/channels/user:bob/latest",
                "/api/rooms/secret/presence",
                "/api/documents/secret/presence",
                "/api/documents/secret"
            })
    void noPathAnswersAForbiddenChannel(String path) {
        for (String method : List.of("GET", "HEAD")) {
            HttpResponse<String> answer = get(request(path, eve()).method(method, BodyPublishers.noBody()));

            assertThat(answer.statusCode()).as(method).isEqualTo(403);
            if (method.equals("GET")) {
                assertThat(json(answer.body()).path("type").textValue()).endsWith("/forbidden-channel");
            }
        }
    }

    /// Stops a user from following, asking about or speaking in what the token does not grant, by any message.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"join-room\",\"payload\":\"secret\"}",
                "{\"type\":\"join-room\",\"payload\":{\"room\":\"secret\"}}",
                "{\"type\":\"join-room\",\"payload\":{\"room\":\"secret\",\"after\":\"1-1~abcd\"}}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:secret\"}}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"document:secret\",\"after\":\"1-1~abcd\"}}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"user:bob\"}}",
                "{\"type\":\"presence\",\"payload\":{\"room\":\"secret\"}}",
                "{\"type\":\"room-message\",\"room\":\"secret\",\"payload\":1}",
                "{\"type\":\"room-message\",\"room\":\"secret\",\"payload\":{\"type\":\"chat-message\"}}",
                "{\"type\":\"room-message\",\"room\":\"secret\",\"payload\":{\"isTyping\":true}}",
                "{\"type\":\"direct-message\",\"payload\":{\"to\":\"bob\"}}"
            })
    void noMessageReachesAForbiddenChannel(String message) {
        WebSocketRecorder socket = connected(eve());
        String before = redis.cli("XLEN", "events:{0}");

        socket.send(message);

        WebSocketRecorder.Message error = socket.next("error");
        assertThat(error.payload().path("code").textValue()).isEqualTo("forbidden");
        assertThat(redis.cli("XLEN", "events:{0}")).isEqualTo(before);
        xadd("room:secret", "a", "1");
        xadd("document:secret", "a", "1");
        xadd("user:bob", "a", "1");
        xadd("user:" + user, "end", "1");
        socket.next("end");
        socket.assertExhausted();
    }

    /// Stops a prefix from granting more than what begins with it, and a kind from granting another.
    @Test
    void aPatternGrantsWhatItSaysAndNoMore() {
        Tokens.Builder token = tokens.user(user).channels("room:team-*", "document:plan");
        for (String granted : List.of("room:team-", "room:team-a", "document:plan", "user:me", "broadcast:x")) {
            assertThat(latest(granted, token)).as(granted).isEqualTo(200);
        }
        for (String forbidden : List.of(
                "room:team",
                "room:Team-a",
                "room:a-team-b",
                "document:team-a",
                "document:plan2",
                "document:pla",
                "room:plan",
                "user:team-a")) {
            assertThat(latest(forbidden, token)).as(forbidden).isEqualTo(403);
        }
    }

    private int latest(String channel, Tokens.Builder token) {
        return get(request("/api/channels/" + channel + "/latest", token)).statusCode();
    }

    private Tokens.Builder eve() {
        return tokens.user(user).channels("room:mine", "document:mine");
    }
}
