package dev.freshet.systemtests.client;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads an event stream as HTML says: an event counts when the empty line behind it has come. Not thread-safe.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">HTML,
/// interpreting an event stream</a>
final class SseParser {

    /// Receives what the stream says.
    interface Sink {

        /// @param id of the `id:` line, `null` if there was none
        /// @param retryMs of the `retry:` line, -1 if there was none
        /// @param event the type, empty if there was neither type nor data
        void message(@Nullable String id, int retryMs, String event, String data);
    }

    private final Sink sink;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private final StringBuilder data = new StringBuilder();
    private @Nullable String id;
    private String event = "";
    private int retryMs = -1;

    SseParser(Sink sink) {
        this.sink = sink;
    }

    void read(ByteBuf bytes) {
        while (bytes.isReadable()) {
            int length = bytes.bytesBefore((byte) '\n');
            if (length < 0) {
                append(bytes, bytes.readableBytes());
                return;
            }
            append(bytes, length);
            bytes.skipBytes(1);
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            line(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
        }
    }

    private void append(ByteBuf bytes, int length) {
        byte[] part = new byte[length];
        bytes.readBytes(part);
        line.write(part, 0, length);
    }

    private void line(String text) {
        if (text.isEmpty()) {
            String type = event.isEmpty() && data.length() > 0 ? "message" : event;
            sink.message(id, retryMs, data.length() > 0 ? type : "", data.toString());
            data.setLength(0);
            event = "";
            id = null;
            retryMs = -1;
            return;
        }
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(text.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
        switch (field) {
            case "id" -> id = value;
            case "event" -> event = value;
            case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
            case "retry" -> retryMs = Integer.parseInt(value);
            default -> {}
        }
    }
}
