package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Messages for backend services.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class InboundTest extends PushTest {

    private static final String STREAM = Keys.inbound("chess-move");

    private final String user = unique("ada");

    @Test
    void aConfiguredTypeIsAppendedToItsStreamAndAcknowledged() {
        WebSocketRecorder socket = webSocket(
                "",
                java.util.Map.of(
                        "Authorization",
                        "Bearer "
                                + tokens.user(user)
                                        .claim("name", "Ada Lovelace")
                                        .channels("room:chess-*")
                                        .sign()));
        String connection =
                socket.next("connected").payload().path("connectionId").textValue();
        double before = metric("freshet_inbound_messages_total", "type", "chess-move");

        socket.send("{\"type\":\"chess-move\",\"payload\":{\"to\" : \"e4\"},\"room\":\"chess-1\",\"id\":\"7\"}");

        assertThat(socket.next("ack").payload().path("id").textValue()).isEqualTo("7");
        assertThat(newest())
                .containsExactly(
                        "user",
                        user,
                        "connection",
                        connection,
                        "name",
                        "Ada Lovelace",
                        "room",
                        "chess-1",
                        "id",
                        "7",
                        "payload",
                        "{\"to\":\"e4\"}");
        assertThat(metric("freshet_inbound_messages_total", "type", "chess-move"))
                .isEqualTo(before + 1);
    }

    @Test
    void roomNameAndIdAreThereOnlyIfTheyAreKnown() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"chess-move\",\"payload\":[1,\"\u00e9\"]}");
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\"}");
        socket.next("left-room");

        assertThat(newest()).hasSize(6).startsWith("user", user, "connection").endsWith("payload", "[1,\"\u00e9\"]");
        socket.assertExhausted();
    }

    @Test
    void aTypeThatIsNotConfiguredIsUnknown() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"go-move\",\"payload\":1,\"id\":\"1\"}");

        error(socket, "1", "unknown-type");
        assertThat(redis.cli("EXISTS", Keys.inbound("go-move"))).isEqualTo("0");
    }

    @Test
    void aLongIdIsAnIdempotencyKey() {
        WebSocketRecorder socket = connected(tokens.user(user));
        String id = unique("a-long-identifier");
        String message = "{\"type\":\"chess-move\",\"payload\":1,\"id\":\"" + id + "\"}";
        int before = length();

        socket.send(message);
        socket.next("ack");
        socket.send(message);
        socket.next("ack");
        assertThat(length()).isEqualTo(before + 1);

        socket.send(message.replace("\"payload\":1", "\"payload\":2"));
        error(socket, id, "invalid-message");
        assertThat(length()).isEqualTo(before + 1);

        // Another user's equal id is another one, and so is a type's.
        WebSocketRecorder other = connected(tokens.user(unique("bob")));
        other.send(message);
        other.next("ack");
        socket.send(message.replace("chess-move", "sensor-reading"));
        socket.next("ack");
        assertThat(length()).isEqualTo(before + 2);
    }

    @Test
    void aShortIdIsNot() {
        WebSocketRecorder socket = connected(tokens.user(user));
        int before = length();

        for (int i = 0; i < 2; i++) {
            socket.send("{\"type\":\"chess-move\",\"payload\":1,\"id\":\"1\"}");
            socket.next("ack");
        }

        assertThat(length()).isEqualTo(before + 2);
    }

    private int length() {
        return Integer.parseInt(redis.cli("XLEN", STREAM));
    }

    /// Names and values of the newest entry.
    private List<String> newest() {
        return redis.cli("XREVRANGE", STREAM, "+", "-", "COUNT", "1")
                .lines()
                .skip(1)
                .toList();
    }

    private static void error(WebSocketRecorder socket, String id, String code) {
        JsonNode error = socket.next("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo(id);
        assertThat(error.path("code").textValue()).isEqualTo(code);
    }
}
