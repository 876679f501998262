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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What reaches backend services is what they may rely on, and nothing else reaches them.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class InboundHardeningTest extends PushTest {

    private static final String STREAM = Keys.inbound("sensor-reading");

    private final String user = unique("ada");
    private int before;

    @BeforeEach
    void count() {
        before = length();
    }

    @AfterEach
    void nothingCame() {
        assertThat(length()).isEqualTo(before);
    }

    /// Stops a backend from taking part in a room for somebody who may not even read it.
    @Test
    void aRoomThatTheUserMayNotFollowIsForbidden() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:mine"));

        socket.send("{\"type\":\"sensor-reading\",\"payload\":1,\"room\":\"other\",\"id\":\"1\"}");

        error(socket, "1", "forbidden");
    }

    /// Stops a name with a colon or a brace from travelling into keys and channels of the backend.
    @Test
    void aRoomThatIsNoneIsInvalid() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*"));

        for (String room : List.of("", "a b", "a:b", "{0}", "a\\u0000", "a\\nb", "x".repeat(129))) {
            socket.send("{\"type\":\"sensor-reading\",\"payload\":1,\"room\":\"" + room + "\",\"id\":\"1\"}");
            error(socket, "1", "invalid-message");
        }
        socket.send("{\"type\":\"sensor-reading\",\"payload\":1,\"room\":7,\"id\":\"1\"}");
        error(socket, "1", "invalid-message");
    }

    /// Stops one client from filling Redis, or breaking the parser of the backend.
    @Test
    void aPayloadThatIsTooLargeTooDeepOrMissingIsInvalid() {
        WebSocketRecorder socket = connected(tokens.user(user));

        for (String payload : List.of("\"" + "x".repeat(65_536) + "\"", "[".repeat(65) + "]".repeat(65))) {
            socket.send("{\"type\":\"sensor-reading\",\"payload\":" + payload + ",\"id\":\"1\"}");
            error(socket, "1", "invalid-message");
        }
        socket.send("{\"type\":\"sensor-reading\",\"id\":\"1\"}");
        error(socket, "1", "invalid-message");
    }

    /// Stops a client from making a key of Redis by a type that is not on the list, whatever it looks like.
    @Test
    void aTypeNextToAConfiguredOneIsUnknown() {
        WebSocketRecorder socket = connected(tokens.user(user));

        for (String type : List.of("Sensor-reading", "sensor-reading.", "sensor", "chess-move,sensor-reading")) {
            socket.send("{\"type\":\"" + type + "\",\"payload\":1,\"id\":\"1\"}");
            JsonNode error = socket.next("error").payload();
            assertThat(error.path("code").textValue()).isIn("unknown-type", "invalid-message");
            assertThat(redis.cli("EXISTS", Keys.inbound(type))).isEqualTo("0");
        }
    }

    /// Stops a client from telling the backend that it is somebody else: each field has one source.
    @Test
    void noFieldOfTheEnvelopeIsTakenOverBesidesRoomAndId() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send(
                "{\"type\":\"sensor-reading\",\"user\":\"root\",\"name\":\"root\",\"connection\":\"x\",\"payload\":1}");
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\"}");
        socket.next("left-room");

        assertThat(redis.cli("XREVRANGE", STREAM, "+", "-", "COUNT", "1"))
                .contains(user)
                .doesNotContain("root");
        before++;
    }

    /// Stops a key of another type under the stream's name, as by mistake of an operator, from ending
    /// connections.
    @Test
    void aStreamThatCannotBeWrittenIsUnavailable() {
        redis.cli("RENAME", Keys.inbound("chess-move"), unique("kept"));
        redis.cli("SET", Keys.inbound("chess-move"), "x");
        try {
            WebSocketRecorder socket = connected(tokens.user(user));
            socket.send("{\"type\":\"chess-move\",\"payload\":1,\"id\":\"1\"}");
            error(socket, "1", "unavailable");
        } finally {
            redis.cli("DEL", Keys.inbound("chess-move"));
        }
    }

    private int length() {
        return Integer.parseInt(redis.cli("XLEN", STREAM));
    }

    private static void error(WebSocketRecorder socket, String id, String code) {
        JsonNode error = socket.next("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo(id);
        assertThat(error.path("code").textValue()).isEqualTo(code);
    }
}
