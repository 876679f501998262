package dev.freshet.bench.server;

import dev.freshet.bench.load.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// An event as Freshet frames it, number zero: for the limit program, so that both write the same bytes.
final class Frames {

    static final String TYPE = "bench";

    private static final String ID = "1767225600009-0~k3Yx9aQ2";

    private Frames() {}

    /// In an HTTP chunk (RFC 9112, 7.1).
    static byte[] sse() {
        String frame = "id: " + ID + "\nevent: " + TYPE + "\ndata: " + Event.payload() + "\n\n";
        String chunk = Integer.toHexString(frame.length()) + "\r\n" + frame + "\r\n";
        return chunk.getBytes(StandardCharsets.US_ASCII);
    }

    /// A text frame of 126 bytes or more (RFC 6455, 5.2).
    static byte[] webSocket(String channel) {
        String text = "{\"type\":\"" + TYPE + "\",\"payload\":" + Event.payload() + ",\"channel\":\"" + channel
                + "\",\"id\":\"" + ID + "\",\"timestamp\":1767225600009}";
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        frame.write(126);
        frame.write(text.length() >> 8);
        frame.write(text.length());
        frame.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return frame.toByteArray();
    }
}
