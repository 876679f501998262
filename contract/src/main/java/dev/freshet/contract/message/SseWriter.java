package dev.freshet.contract.message;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonBytes;
import java.nio.charset.StandardCharsets;

/// Writes messages as `text/event-stream`. Safe for any thread.
///
/// Types, ids and minified JSON hold no line break, so nothing a producer wrote can end a field or begin another.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML, event
/// stream format</a>
public final class SseWriter {

    private SseWriter() {}

    public static byte[] write(SseMessage message) {
        byte[] rest = rest(message);
        return message.position() == null
                ? rest
                : join(idLine(message.position().toString()), rest);
    }

    /// All but the `id:` line of an event: what streams with different cursors share.
    public static byte[] restOf(LoggedEvent logged) {
        return frame(logged.event().type(), logged.event().payload().utf8());
    }

    public static byte[] idLine(String cursor) {
        return ("id: " + cursor + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] join(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] rest(SseMessage message) {
        JsonBytes data = new JsonBytes();
        return switch (message) {
            case SseMessage.Init init -> {
                data.beginObject()
                        .key("connected")
                        .bool(true)
                        .key("connectionId")
                        .text(init.connectionId())
                        .key("channels")
                        .beginArray();
                init.channels().forEach(channel -> data.plain(channel.toString()));
                data.endArray().key("resumed").bool(init.resumed()).endObject();
                yield join(retryLine(init.retryMs()), frame("init", data.toBytes()));
            }
            case SseMessage.Event event -> restOf(event.logged());
            case SseMessage.Heartbeat heartbeat ->
                frame(
                        "heartbeat",
                        data.beginObject()
                                .key("timestamp")
                                .number(heartbeat.timestamp())
                                .endObject()
                                .toBytes());
            case SseMessage.Gap gap ->
                frame(
                        "gap",
                        data.beginObject()
                                .key("channel")
                                .plain(gap.channel().toString())
                                .key("reason")
                                .plain(gap.reason().word())
                                .endObject()
                                .toBytes());
            case SseMessage.Unavailable unavailable ->
                join(
                        retryLine(unavailable.retryMs()),
                        frame(
                                "unavailable",
                                data.beginObject()
                                        .key("status")
                                        .number(unavailable.status())
                                        .key("reason")
                                        .text(unavailable.reason())
                                        .endObject()
                                        .toBytes()));
            case SseMessage.Retry retry -> join(retryLine(retry.retryMs()), new byte[] {'\n'});
        };
    }

    private static byte[] retryLine(int ms) {
        return ("retry: " + ms + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] frame(String type, byte[] data) {
        byte[] head = ("event: " + type + "\ndata: ").getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[head.length + data.length + 2];
        System.arraycopy(head, 0, frame, 0, head.length);
        System.arraycopy(data, 0, frame, head.length, data.length);
        frame[frame.length - 2] = '\n';
        frame[frame.length - 1] = '\n';
        return frame;
    }
}
