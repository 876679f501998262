package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.LimitsProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.WebSocketRecorder;
import dev.freshet.testkit.WebSocketRecorder.Close;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A connection that says more than it may.
@QuarkusTest
@TestProfile(LimitsProfile.class)
@WithTestResource(FreshetResource.class)
class MessageFloodHardeningTest extends PushTest {

    private static final Close RATE_LIMIT = new Close(4029, "rate limit");
    private static final Duration TOKEN = Duration.ofMillis(1_200);
    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");
    private final String room = unique("den");

    /// Stops a client in a loop, whose every message would be an event for a whole room.
    @Test
    void aMessageOverTheRateIsRefusedWithItsIdAndNotDoneAndLaterOnesAre() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + room));
        int sent = LimitsProfile.MESSAGES + 5;
        for (int i = 0; i < sent; i++) {
            socket.send(chat("m-" + i));
        }

        List<String> acks = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        while (acks.size() + errors.size() < sent) {
            JsonNode message = socket.next().json();
            JsonNode payload = message.path("payload");
            if (message.path("type").textValue().equals("ack")) {
                acks.add(payload.path("id").textValue());
            } else {
                assertThat(payload.path("code").textValue()).isEqualTo("rate-limited");
                errors.add(payload.path("id").textValue());
            }
        }
        assertThat(acks).hasSizeBetween(LimitsProfile.MESSAGES, sent - 1).doesNotContainAnyElementsOf(errors);
        assertThat(errors).isNotEmpty();
        String log = redis.cli("XRANGE", "events:{0}", "-", "+");
        assertThat(acks).allMatch(id -> log.contains("\"id\":\"" + user + id + "\""));
        assertThat(errors).noneMatch(id -> log.contains("\"id\":\"" + user + id + "\""));

        // A token's time between two tries, or they would be too many.
        await().atMost(SseRecorder.LIMIT).pollDelay(TOKEN).pollInterval(TOKEN).until(() -> {
            socket.send(chat("later"));
            return socket.next().type().equals("ack");
        });
    }

    /// Stops a client that does not listen to that from costing an answer for each of its messages.
    @Test
    void whoGoesOnIsClosedWith4029() {
        double before = metric("freshet_limited_total", "limit", "closed");
        WebSocketRecorder socket = connected(tokens.user(user));
        for (int i = 0; i < LimitsProfile.MESSAGES + 3 * LimitsProfile.REFUSED; i++) {
            socket.send("{\"type\":\"nonsense\",\"payload\":1}");
        }

        assertThat(socket.awaitClose()).isEqualTo(RATE_LIMIT);
        assertThat(metric("freshet_limited_total", "limit", "closed") - before).isEqualTo(1);
        WebSocketRecorder again = connected(tokens.user(user));
        again.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"1\"}");
        again.next("left-room");
        again.next("ack");
    }

    /// Stops a flood of frames that are no messages, which nothing else counts.
    @Test
    void binaryFramesPingsAndPongsCountToo() {
        WebSocketRecorder socket = connected(tokens.user(user));
        for (int i = 0; i < LimitsProfile.MESSAGES + 3 * LimitsProfile.REFUSED; i++) {
            socket.sendBinary(new byte[] {1});
        }
        assertThat(socket.awaitClose()).isEqualTo(RATE_LIMIT);

        for (String frame : List.of("\u0089\u0080\0\0\0\0", "\u008a\u0080\0\0\0\0")) {
            RawConnection connection =
                    raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
            connection.readHead();
            connection.readThrough("}}");

            connection.send(frame.repeat(LimitsProfile.MESSAGES + 3 * LimitsProfile.REFUSED));

            // The code 4029, and its reason.
            assertThat(connection.readToEnd()).contains("\u000f\u00bdrate limit");
        }
    }

    /// Stops joins in a loop, each of which reads a history.
    @Test
    void joinsHaveARateOfTheirOwn() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*"));
        int sent = LimitsProfile.JOINS + 3;
        for (int i = 0; i < sent; i++) {
            socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + room + i + "\"},\"id\":\"j-" + i
                    + "\"}");
        }

        List<WebSocketRecorder.Message> answers = new ArrayList<>();
        while (answers.size() < sent) {
            WebSocketRecorder.Message message = socket.next();
            if (!message.type().equals("subscribed")) {
                answers.add(message);
            }
        }
        assertThat(answers.subList(0, LimitsProfile.JOINS))
                .allMatch(answer -> answer.type().equals("ack"));
        assertThat(answers.getLast().payload().path("code").textValue()).isEqualTo("rate-limited");
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"other\"}");
        socket.next("left-room");
        assertThat(socket.next("ack").payload().path("id").textValue()).isEqualTo("other");
    }

    /// Stops somebody who types, or pretends to, from sending a room an event per key.
    @Test
    void ofWhatIsSaidAboutTypingTheFirstIsToldAtOnceAndThenTheNewest() {
        WebSocketRecorder sender = connected(tokens.user(user).channels("room:*"));
        WebSocketRecorder receiver = connected(tokens.user(unique("ben")).channels("room:*"));
        receiver.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + room + "\"}}");
        receiver.next("subscribed");
        for (int i = 0; i < 10; i++) {
            sender.send(typing(room, i));
        }
        sender.send(typing(room + "2", 100));

        for (int i = 0; i < 10; i++) {
            assertThat(sender.next("ack").payload().path("id").textValue()).isEqualTo("t-" + i);
        }
        sender.next("ack");
        assertThat(receiver.next("user-typing").payload().path("n").intValue()).isZero();
        assertThat(receiver.next("user-typing").payload().path("n").intValue()).isEqualTo(9);
        // An interval without anything later it is as if nothing had been.
        await().atMost(SseRecorder.LIMIT).until(() -> metric("freshet_limited_total", "limit", "typing") >= 8);
        sender.send(typing(room, 11));
        sender.next("ack");
        assertThat(receiver.next("user-typing").payload().path("n").intValue()).isEqualTo(11);
        receiver.assertExhausted();
        sender.assertExhausted();
    }

    /// Stops whoever has no right to a room from being seen typing there, by way of what is told later.
    @Test
    void typingWithoutTheRightToTheRoomIsForbiddenHoweverOften() {
        WebSocketRecorder socket = connected(tokens.user(user));
        for (int i = 0; i < 3; i++) {
            socket.send(typing(room, i));
            assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("forbidden");
        }
    }

    private String chat(String id) {
        return "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":{\"type\":\"text\",\"id\":\"" + user
                + id + "\"},\"id\":\"" + id + "\"}";
    }

    private static String typing(String room, int n) {
        return "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":{\"isTyping\":true,\"n\":" + n
                + "},\"id\":\"t-" + n + "\"}";
    }
}
