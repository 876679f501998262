package dev.freshet.service.log;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryReader;
import io.vertx.redis.client.Response;

/// Reads stream entries from Redis's answers and lets the validator judge them. Made by [Log#decoder]. Not
/// thread-safe.
public final class EntryDecoder {

    private final EntryReader reader;

    /// @param bytes of the entry's values
    public record Decoded(StreamId id, Entry entry, int bytes) {}

    EntryDecoder(EntryReader reader) {
        this.reader = reader;
    }

    /// The place of an entry, as [#decode] finds it.
    public static StreamId id(Response entry) {
        return StreamId.require(entry.get(0).toString());
    }

    /// Bytes of an entry's values.
    public static int bytes(Response entry) {
        Response fields = entry.get(1);
        int bytes = 0;
        for (int i = 1; i < fields.size(); i += 2) {
            bytes += fields.get(i).toBuffer().length();
        }
        return bytes;
    }

    /// @param entry `[id, [name, value, …]]`
    public Decoded decode(Response entry) {
        Response fields = entry.get(1);
        int bytes = 0;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            byte[] value = fields.get(i + 1).toBytes();
            bytes += value.length;
            reader.field(fields.get(i).toBytes(), value);
        }
        return new Decoded(id(entry), reader.read(), bytes);
    }
}
