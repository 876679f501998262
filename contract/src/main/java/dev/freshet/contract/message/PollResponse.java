package dev.freshet.contract.message;

import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What polling a channel answers.
///
/// @param events ascending
/// @param cursor where to go on
/// @param gap why events are missing before these; `null` if none are
public record PollResponse(
        List<LoggedEvent> events, Cursor cursor, @Nullable GapReason gap) {

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    public PollResponse {
        events = List.copyOf(events);
    }

    /// JSON, UTF-8; equal answers give equal bytes.
    public byte[] write() {
        JsonBytes json = new JsonBytes();
        json.beginObject().key("events").beginArray();
        events.forEach(logged -> write(json, logged));
        json.endArray().key("cursor").plain(cursor.toString()).key("gap");
        if (gap == null) {
            json.raw(NULL);
        } else {
            json.plain(gap.word());
        }
        return json.endObject().toBytes();
    }

    private static void write(JsonBytes json, LoggedEvent logged) {
        json.beginObject()
                .key("id")
                .plain(logged.id().toString())
                .key("channel")
                .plain(logged.event().channel().toString())
                .key("type")
                .plain(logged.event().type())
                .key("payload")
                .json(logged.event().payload())
                .key("timestamp")
                .number(logged.id().timestamp());
        if (logged.event().actor() != null) {
            json.key("actor").plain(logged.event().actor());
        }
        json.endObject();
    }
}
