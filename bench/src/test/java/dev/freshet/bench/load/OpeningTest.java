package dev.freshet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class OpeningTest {

    private static final String STREAM = "HTTP/1.1 200 OK\r\n\r\n";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @Test
    void stepsMayComeTogetherAndWhatFollowsThemIsKept() throws Exception {
        Opening opening = new Opening(
                Handshake.sse("/", "", Handshake.Step.await("event: init"), Handshake.Step.await("\"resumed\":true}")));

        assertThat(opening.take(bytes(STREAM + "event: init\ndata: {\"resumed\":true}\n\n#1")))
                .isEmpty();
        assertThat(opening.isComplete()).isFalse();
        assertThat(opening.take(NOTHING)).isEmpty();
        assertThat(opening.isComplete()).isTrue();
        assertThat(StandardCharsets.US_ASCII.decode(opening.rest()).toString()).isEqualTo("\n\n#1");
    }

    @Test
    void aStreamThatEndsAtOnceIsARefusalAlthoughTheConnectionStays() {
        Opening opening = new Opening(Handshake.sse("/", "", Handshake.Step.await("event: init")));

        assertThatThrownBy(() -> opening.take(bytes(STREAM + "20\r\nevent: unavailable\ndata: {}\n\n\r\n0\r\n\r\n")))
                .isInstanceOf(Opening.Refused.class)
                .hasMessageContaining("event: unavailable");
    }

    @Test
    void anotherStatusIsARefusal() {
        Opening opening = new Opening(Handshake.webSocket("/ws", ""));

        assertThatThrownBy(() -> opening.take(bytes("HTTP/1.1 429 Too Many Requests\r\n\r\n")))
                .hasMessage("HTTP/1.1 429 Too Many Requests");
    }

    @Test
    void aWebSocketFrameIsAwaitedWhole() throws Exception {
        Opening opening = new Opening(
                Handshake.webSocket("/ws", "", Handshake.Step.await("connected").replyText("hello")));

        assertThat(opening.take(bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n")))
                .isNull();
        assertThat(opening.take(bytes("\u0001\u000bconnected"))).isNull();
        assertThat(opening.take(bytes("!!"))).hasSize(2 + 4 + "hello".length());
        assertThat(opening.isComplete()).isTrue();
        assertThat(opening.rest().remaining()).isZero();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
