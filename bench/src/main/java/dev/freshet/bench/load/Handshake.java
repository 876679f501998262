package dev.freshet.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// What a client says until it follows its channel, and how it knows that it does.
///
/// @param request the head of the request
/// @param status how the answer must begin
/// @param steps what must come then, in turn: for SSE anywhere in the stream, for WebSocket in one frame each
public record Handshake(Wire wire, byte[] request, String status, List<Step> steps) {

    /// The example of RFC 6455, 1.3; the limit program knows the answer to no other key.
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final int TEXT = 1;

    /// @param awaited words of the server
    /// @param reply what the client sends then, maybe nothing
    public record Step(byte[] awaited, byte[] reply) {

        public static Step await(String words) {
            return new Step(words.getBytes(StandardCharsets.US_ASCII), new byte[0]);
        }

        /// Answers with a WebSocket text frame.
        public Step replyText(String text) {
            return new Step(awaited, masked(TEXT, text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /// @param headers more lines, each with its line break
    public static Handshake sse(String path, String headers, Step... steps) {
        String request =
                "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n" + headers + "\r\n";
        return new Handshake(Wire.SSE, request.getBytes(StandardCharsets.US_ASCII), "HTTP/1.1 200", List.of(steps));
    }

    /// @param headers more lines, each with its line break
    public static Handshake webSocket(String path, String headers, Step... steps) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n" + headers + "\r\n";
        return new Handshake(
                Wire.WEBSOCKET, request.getBytes(StandardCharsets.US_ASCII), "HTTP/1.1 101", List.of(steps));
    }

    /// A frame as clients send it (RFC 6455, 5.3).
    static byte[] masked(int opcode, byte[] payload) {
        int extended = payload.length < 126 ? 0 : 2;
        ByteBuffer frame = ByteBuffer.allocate(2 + extended + 4 + payload.length);
        frame.put((byte) (0x80 | opcode));
        if (extended == 0) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask[i & 3]));
        }
        return frame.array();
    }
}
