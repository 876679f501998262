package dev.freshet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScannerTest {

    @Test
    void numbersAreFoundWhereverReadsCutTheStream() throws Exception {
        byte[] bytes = (sse(1) + sse(22) + "noise # ##" + sse(999_999_999_999L) + "#12345")
                .getBytes(StandardCharsets.US_ASCII);

        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= Math.min(bytes.length, first + 20); second++) {
                assertThat(read(Wire.SSE, bytes, first, second))
                        .as("cut at %d and %d", first, second)
                        .containsExactly(1L, 22L, 999_999_999_999L);
            }
        }
    }

    @Test
    void webSocketFramesAreFollowedWhereverReadsCutThem() throws Exception {
        ByteBuffer frames = ByteBuffer.allocate(70_000);
        frame(frames, "{\"n\":\"#000000000007\"}");
        frame(frames, Event.payload().replace("#000000000000", "#000000000008") + " ".repeat(50));
        frame(frames, "#000000000009" + " ".repeat(66_000));
        frame(frames, "#000000000010");
        byte[] bytes = new byte[frames.flip().remaining()];
        frames.get(bytes);

        for (int first = 0; first < 300; first++) {
            assertThat(read(Wire.WEBSOCKET, bytes, first, first + 1))
                    .as("cut at %d", first)
                    .containsExactly(7L, 8L, 9L, 10L);
        }
    }

    @Test
    void aNumberIsWrittenIntoItsPlace() {
        byte[] bytes = ("before " + Event.payload()).getBytes(StandardCharsets.US_ASCII);

        Event.number(bytes, Event.placeIn(bytes), 120_034);

        assertThat(new String(bytes, StandardCharsets.US_ASCII)).contains("\"#000000120034\"");
        assertThat(Event.payload()).hasSize(Event.SIZE);
    }

    private static List<Long> read(Wire wire, byte[] bytes, int first, int second) throws Exception {
        List<Long> numbers = new ArrayList<>();
        try (SocketChannel nowhere = SocketChannel.open()) {
            Handshake handshake = wire == Wire.SSE ? Handshake.sse("/", "") : Handshake.webSocket("/", "");
            Connection connection =
                    new Connection(new Loop.Order(0, new InetSocketAddress(0), handshake, 0, null), nowhere);
            for (ByteBuffer part : List.of(
                    ByteBuffer.wrap(bytes, 0, first),
                    ByteBuffer.wrap(bytes, first, second - first),
                    ByteBuffer.wrap(bytes, second, bytes.length - second))) {
                connection.read(part, (from, number) -> numbers.add(number));
            }
        }
        return numbers;
    }

    private static String sse(long number) {
        return "8c\r\nid: 1-0~a\nevent: bench\ndata: {\"n\":\"#%012d\"}\n\n\r\n".formatted(number);
    }

    private static void frame(ByteBuffer frames, String text) {
        frames.put((byte) 0x81);
        if (text.length() < 126) {
            frames.put((byte) text.length());
        } else if (text.length() < 65_536) {
            frames.put((byte) 126).putShort((short) text.length());
        } else {
            frames.put((byte) 127).putLong(text.length());
        }
        frames.put(text.getBytes(StandardCharsets.US_ASCII));
    }
}
