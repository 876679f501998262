package dev.freshet.service.log;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.service.redis.EntrySink;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/// Reads stream entries from Redis's answers and lets the validator judge them. Made by [Log#decoder]. Not
/// thread-safe.
public final class EntryDecoder {

    private final EntryReader reader;

    /// @param bytes of the entry's values
    public record Decoded(StreamId id, Entry entry, int bytes) {}

    EntryDecoder(EntryReader reader) {
        this.reader = reader;
    }

    /// @param entry `[id, [name, value, …]]`
    public Decoded decode(Response entry) {
        Response fields = entry.get(1);
        int bytes = 0;
        reader.begin();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            byte[] value = fields.get(i + 1).toBytes();
            bytes += value.length;
            reader.field(fields.get(i).toBytes(), value);
        }
        return new Decoded(StreamId.require(entry.get(0).toString()), reader.read(), bytes);
    }

    /// Gathers the entries of one answer. While it does, this decoder is not used otherwise.
    public Batch batch() {
        return new Batch();
    }

    /// Entries in the order in which they came.
    public final class Batch implements EntrySink {

        private final List<Decoded> entries = new ArrayList<>();
        private StreamId id = StreamId.ZERO;
        private int bytes;
        private long total;

        private Batch() {}

        public List<Decoded> entries() {
            return entries;
        }

        /// Of all their values.
        public long bytes() {
            return total;
        }

        @Override
        public void begin(StreamId next) {
            id = next;
            bytes = 0;
            // One that broke off may have left its fields there.
            reader.begin();
        }

        @Override
        public void field(byte[] name, byte[] value) {
            bytes += value.length;
            reader.field(name, value);
        }

        @Override
        public void end() {
            entries.add(new Decoded(id, reader.read(), bytes));
            total += bytes;
        }
    }
}
