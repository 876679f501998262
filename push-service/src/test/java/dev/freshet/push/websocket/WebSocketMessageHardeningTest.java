package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What cannot be understood is answered by one error, and the connection stays.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class WebSocketMessageHardeningTest extends PushTest {

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");

    /// Stops a client from getting past the grammar, into names, reserved types or a parser's exception, by what
    /// is no message.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "{",
                "{\"type\":\"leave-room\"",
                "[]",
                "[{\"type\":\"leave-room\",\"payload\":\"x\"}]",
                "null",
                "7",
                "\"leave-room\"",
                "{} {}",
                "{}",
                "{\"type\":null,\"payload\":1}",
                "{\"type\":\"\",\"payload\":1}",
                "{\"type\":\"a b\",\"payload\":1}",
                "{\"type\":\"leave-room\"}",
                "{\"type\":\"leave-room\",\"payload\":7}",
                "{\"type\":\"leave-room\",\"payload\":null}",
                "{\"type\":\"join-room\",\"payload\":\"a b\"}",
                "{\"type\":\"join-room\",\"payload\":{}}",
                "{\"type\":\"join-room\",\"payload\":{\"room\":\"a\",\"after\":7}}",
                "{\"type\":\"join-room\",\"payload\":\"a\\r\\nb\"}",
                "{\"type\":\"room-message\",\"payload\":1}",
                "{\"type\":\"room-message\",\"room\":\"a:b\",\"payload\":1}",
                "{\"type\":\"room-message\",\"room\":7,\"payload\":1}",
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":1,\"echo\":\"no\"}",
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":NaN}",
                "{\"type\":\"direct-message\",\"payload\":{}}",
                "{\"type\":\"direct-message\",\"payload\":{\"to\":\"me\"}}",
                "{\"type\":\"direct-message\",\"payload\":\"bob\"}",
                "{\"type\":\"subscribe\",\"payload\":\"room:a\"}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"a\"}}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"user:me\"}}",
                "{\"type\":\"unsubscribe\",\"payload\":{}}",
                "{\"type\":\"presence\",\"payload\":{}}",
                "{\"type\":\"refresh\",\"payload\":{}}",
                "{\"type\":\"refresh\",\"payload\":\"x\"}",
                "{\"type\":\"ack\",\"payload\":1}",
                "{\"type\":\"connected\",\"payload\":1}",
                "{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":7}",
                "{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"\"}",
                "{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":null}",
                "{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"a\\u0000b\"}",
                "{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"a\\nb\"}"
            })
    void whatIsNoMessageIsAnErrorWithoutAnId(String text) {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*", "document:*"));

        socket.send(text);

        JsonNode error = socket.next("error").json();
        assertThat(error.path("payload").fieldNames()).toIterable().containsExactly("code", "message");
        assertThat(error.path("payload").path("code").textValue()).isEqualTo("invalid-message");
        assertThat(error.path("payload").path("message").textValue()).doesNotContain("Exception");
        goesOn(socket);
    }

    /// Stops a client from taking a refusal for an acknowledgement, and what it may not do from being done.
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ack             | {"type":"join-room","payload":"a"
                    ack             | {"type":"join-room","payload":{"room":"a"}
                    ack             | {"type":"leave-room","payload":"a"
                    ack             | {"type":"leave-room","payload":{"room":"never-joined"}
                    ack             | {"type":"room-message","room":"a","payload":{"type":"chat-message"}
                    ack             | {"type":"room-message","room":"a","payload":null
                    ack             | {"type":"room-message","room":"a","payload":[1,2]
                    ack             | {"type":"room-message","room":"a","payload":12
                    ack             | {"type":"room-message","room":"a","payload":-1.5e3
                    ack             | {"type":"room-message","room":"a","payload":"}"
                    ack             | {"type":"room-message","room":"a","payload":{"isTyping":true}
                    ack             | {"type":"direct-message","payload":{"to":"bob"}
                    ack             | {"type":"subscribe","payload":{"channel":"broadcast:a"}
                    ack             | {"type":"unsubscribe","payload":{"channel":"broadcast:a"}
                    ack             | {"type":"presence","payload":{"room":"a"}
                    unknown-type    | {"type":"telemetry","payload":{"a":1}
                    unknown-type    | {"type":"chat-message","room":"a","payload":{"a":1}
                    forbidden       | {"type":"join-room","payload":"forbidden"
                    forbidden       | {"type":"room-message","room":"forbidden","payload":1
                    forbidden       | {"type":"direct-message","payload":{"to":"eve"}
                    forbidden       | {"type":"subscribe","payload":{"channel":"user:bob"}
                    forbidden       | {"type":"refresh","payload":{"ticket":"x"}
                    invalid-message | {"type":"join-room","payload":7
                    invalid-message | {"type":"subscribe","payload":{"channel":"x"}
                    invalid-message | {"type":"init","payload":1
                    invalid-message | {"type":7,"payload":1
                    invalid-message | {"payload":1
                    invalid-message | {"type":"leave-room"
                    """)
    void aMessageWithAnIdIsAnsweredByExactlyOneAckOrErrorAndOneWithoutByNoAck(String answer, String message) {
        WebSocketRecorder socket = connected(
                tokens.user(user).channels("room:a", "room:never-joined").publish("user:bob"));

        socket.send(message + ",\"id\":\"q \\\"1\\\" é\"}");
        socket.send(message + "}");
        socket.send("{\"type\":\"leave-room\",\"payload\":\"end\",\"id\":\"end\"}");

        List<WebSocketRecorder.Message> answers = Stream.generate(socket::next)
                .takeWhile(each -> !each.payload().path("id").asText().equals("end"))
                .filter(each -> each.type().equals("ack") || each.type().equals("error"))
                .toList();
        if (answer.equals("ack")) {
            assertThat(answers).hasSize(1);
            assertThat(answers.getFirst().text())
                    .isEqualTo("{\"type\":\"ack\",\"payload\":{\"id\":\"q \\\"1\\\" é\"}}");
        } else {
            assertThat(answers).hasSize(2);
            assertThat(answers.getFirst().payload().path("id").textValue()).isEqualTo("q \"1\" é");
            assertThat(answers.getLast().payload().has("id")).isFalse();
            for (WebSocketRecorder.Message each : answers) {
                assertThat(each.type()).isEqualTo("error");
                assertThat(each.payload().path("code").textValue()).isEqualTo(answer);
                assertThat(each.payload().path("message").textValue()).isNotEmpty();
            }
        }
    }

    /// Stops an error from answering another message, by an id inside of the payload.
    @Test
    void theIdMayStandAnywhere() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"id\":\"1\",\"type\":7,\"payload\":1}");
        socket.send("{\"type\":7,\"payload\":{\"id\":\"no\"},\"id\":\"2\"}");

        assertThat(socket.next("error").payload().path("id").textValue()).isEqualTo("1");
        assertThat(socket.next("error").payload().path("id").textValue()).isEqualTo("2");
    }

    /// Stops ids by the kilobyte from being repeated in answers and kept as keys.
    @Test
    void theLongestIdIs128Characters() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"" + "😀".repeat(128) + "\"}");
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"" + "a".repeat(129) + "\"}");

        socket.next("left-room");
        assertThat(socket.next("ack").payload().path("id").textValue()).isEqualTo("😀".repeat(128));
        assertThat(socket.next("error").payload().has("id")).isFalse();
    }

    /// Stops binary frames from passing by the check of UTF-8.
    @Test
    void aBinaryFrameIsAnErrorAndTheConnectionStays() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.sendBinary(
                "{\"type\":\"leave-room\",\"payload\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("invalid-message");
        goesOn(socket);
    }

    static Stream<String> hostile() {
        return Stream.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(20_000),
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":" + "[".repeat(30_000) + "]".repeat(30_000)
                        + "}",
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":" + "[".repeat(65) + "]".repeat(65) + "}",
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":{\"type\":\"chat-message\",\"n\":"
                        + "9".repeat(60_000) + "}}",
                "{\"type\":\"" + "x".repeat(100_000) + "\",\"payload\":1}",
                "{\"type\":\"room-message\",\"room\":\"" + "x".repeat(100_000) + "\",\"payload\":1}",
                "{\"" + "x".repeat(100_000) + "\":1}",
                "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":\"" + "x".repeat(70_000) + "\"}",
                "\u0000\u0000\u0000",
                // UTF-16, to who goes by the first bytes.
                "{\u0000\"\u0000t\u0000y\u0000p\u0000e\u0000\"\u0000:\u00001\u0000}\u0000",
                "\ufeff{\"type\":\"leave-room\",\"payload\":\"x\"}",
                "\ufeff{\"type\":\"leave-room\",\"payload\":\"x\"");
    }

    /// Stops messages that would overflow the stack, or take a parser a long time, or reach every follower too
    /// large.
    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileMessageIsAnErrorAndTheConnectionStays(String text) {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:a"));

        socket.send(text);

        assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("invalid-message");
        goesOn(socket);
    }

    static Stream<String> tooMuch() {
        return Stream.of(
                "[".repeat(60_000) + "]".repeat(60_000),
                "[".repeat(65) + "]".repeat(65),
                "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000),
                "9".repeat(60_000),
                "{\"type\":\"chat-message\",\"n\":" + "9".repeat(1_001) + "}",
                "{\"isTyping\":true,\"n\":" + "9".repeat(1_001) + "}",
                "{\"a\":1." + "0".repeat(1_000) + "}",
                "\"" + "x".repeat(70_000) + "\"",
                "{\"" + "x".repeat(100_000) + "\":1}");
    }

    /// Stops a payload that no parser takes from swallowing the answer to its message, whose id stands behind it,
    /// and from having any effect.
    @ParameterizedTest
    @MethodSource("tooMuch")
    void theIdBehindAPayloadThatIsTooMuchIsAnsweredAndNothingIsDone(String payload) {
        String room = unique("den");
        WebSocketRecorder socket =
                connected(tokens.user(user).channels("room:*").publish("user:*"));
        String inbound = redis.cli("XLEN", Keys.inbound("sensor-reading"));

        for (String head : List.of(
                "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":" + payload,
                "{\"type\":\"sensor-reading\",\"room\":\"" + room + "\",\"payload\":" + payload,
                "{\"type\":\"direct-message\",\"payload\":{\"to\":\"" + room + "\",\"a\":" + payload + "}",
                "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + room + "\",\"a\":" + payload + "}",
                "{\"type\":\"join-room\",\"payload\":{\"room\":\"" + room + "\",\"a\":" + payload + "}")) {
            assertInvalid(socket, head, "last");
        }

        assertThat(redis.cli("XRANGE", "events:{0}", "-", "+")).doesNotContain(room);
        assertThat(redis.cli("XLEN", Keys.inbound("sensor-reading"))).isEqualTo(inbound);
        xadd("room:" + room, "not-followed", "1");
        goesOn(socket);
    }

    /// Stops a number that is JSON, and that no reader can hold, from ending in silence.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"isTyping\":true,\"n\":1e99999999999}",
                "{\"type\":\"user-typing\",\"n\":1e-99999999999}",
                "{\"type\":\"chat-message\",\"n\":1e99999999999}",
                "{\"n\":1e99999999999}"
            })
    void anEventThatCannotBeMadeOfAPayloadIsAnErrorWithTheId(String payload) {
        String room = unique("den");
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*"));

        assertInvalid(socket, "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":" + payload, "n-1");

        assertThat(redis.cli("XRANGE", "events:{0}", "-", "+")).doesNotContain(room);
        goesOn(socket);
    }

    private static void assertInvalid(WebSocketRecorder socket, String head, String id) {
        socket.send(head + ",\"id\":\"" + id + "\"}");
        JsonNode error = socket.next("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo(id);
        assertThat(error.path("code").textValue()).isEqualTo("invalid-message");
    }

    /// Stops a message from growing over the limit in fragments that are each below it.
    @Test
    void aMessageOverTheLimitClosesWith1009() {
        for (boolean fragmented : List.of(false, true)) {
            RawConnection connection =
                    raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
            connection.readHead();
            connection.readThrough("}}");

            if (fragmented) {
                // Two fragments, each below the limit.
                connection.send(frame(0x01, "x".repeat(100_000)));
                connection.send(frame(0x80, "x".repeat(70_000)));
            } else {
                connection.send(frame(0x81, "x".repeat(131_073)));
            }

            assertTooBig(connection.readToEnd());
        }
        awaitConnections("websocket", 0);
    }

    /// Stops a message that is far too big from ending with a code that says nothing, after which its client
    /// would send it again.
    @Test
    void aMessageFarOverTheLimitClosesWith1009Too() {
        for (List<String> frames : List.of(
                List.of(frame(0x81, "x".repeat(1_048_576))),
                // Together more than Vert.x puts together.
                List.of(frame(0x01, "x".repeat(900_000)), frame(0x80, "x".repeat(300_000))))) {
            RawConnection connection =
                    raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
            connection.readHead();
            connection.readThrough("}}");

            frames.forEach(connection::send);

            assertTooBig(connection.readToEnd());
        }
        awaitConnections("websocket", 0);
    }

    /// Stops a frame that announces gigabytes from having any of them kept.
    @Test
    void aFrameFarOverTheLimitClosesWith1009BeforeItIsRead() {
        RawConnection connection =
                raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
        connection.readHead();
        connection.readThrough("}}");

        connection.send("\u0081\u00ff\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\0\0\0\0" + "x".repeat(300_000));

        assertTooBig(connection.readToEnd());
    }

    /// Stops bytes that are no UTF-8 from being heard as something else, with replacement characters in it.
    @Test
    void textThatIsNotUtf8ClosesWith1007AndNothingBehindItIsHeard() {
        String good = "{\"type\":\"leave-room\",\"payload\":\"x\"}";
        for (List<String> frames : List.of(
                List.of(small(0x81, "{\"type\":\"leave-room\",\"payload\":\"\u00c3(\"}")),
                List.of(small(0x81, "\u00ed\u00a0\u0080")),
                // A character over two fragments is good, half a one at the end is not.
                List.of(small(0x01, "\"\u00c3"), small(0x00, "\u00a9\u00c3"), small(0x80, "")))) {
            RawConnection connection =
                    raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
            connection.readHead();
            connection.readThrough("}}");

            frames.forEach(connection::send);
            connection.send(small(0x81, good));

            String answer = connection.readThrough("\u0088") + connection.readThrough("UTF-8");
            // The client's close frame, with the same code.
            connection.send("\u0088\u0082\0\0\0\0\u0003\u00ef");
            assertThat(connection.readToEnd()).isEmpty();
            assertThat(answer).startsWith("\u0088").doesNotContain("left-room", "error");
            assertThat(answer.substring(2, 4)).isEqualTo("\u0003\u00ef");
        }
        awaitConnections("websocket", 0);
    }

    /// Stops the limit from being drawn tighter than the interface says.
    @Test
    void aMessageOfExactlyTheLimitIsRead() {
        WebSocketRecorder socket = connected(tokens.user(user));
        String head = "{\"type\":\"leave-room\",\"payload\":\"x\",\"more\":\"";

        socket.send(head + "x".repeat(131_072 - head.length() - 2) + "\"}");

        socket.next("left-room");
    }

    /// Stops frames that a proxy on the way could be made to read as a request of its own (RFC 6455, section
    /// 10.3).
    @Test
    void anUnmaskedFrameOrOneThatIsNoneEndsTheConnection() {
        for (String bytes : List.of("\u0081\u0002{}", "\u00ff\u00ff\u00ff\u00ff", "\u0083\u0080\0\0\0\0")) {
            RawConnection connection =
                    raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
            connection.readHead();
            connection.readThrough("}}");

            connection.send(bytes);

            connection.readToEnd();
        }
        awaitConnections("websocket", 0);
    }

    /// A close frame: its opcode, its length, and the code 1009.
    private static void assertTooBig(String bytes) {
        assertThat(bytes).startsWith("\u0088").hasSizeGreaterThan(3);
        assertThat(bytes.substring(2, 4)).isEqualTo("\u0003\u00f1");
    }

    private void goesOn(WebSocketRecorder socket) {
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"go-on\"}");
        socket.next("left-room");
        socket.next("ack");
        socket.assertExhausted();
    }

    /// Masked with zeros, shorter than 126 bytes.
    private static String small(int first, String text) {
        return "" + (char) first + (char) (0x80 | text.length()) + "\0\0\0\0" + text;
    }

    /// Masked with zeros, the length in eight bytes.
    private static String frame(int first, String text) {
        StringBuilder head = new StringBuilder().append((char) first).append('\u00ff');
        for (int shift = 56; shift >= 0; shift -= 8) {
            head.append((char) ((long) text.length() >> shift & 0xff));
        }
        return head + "\0\0\0\0" + text;
    }
}
