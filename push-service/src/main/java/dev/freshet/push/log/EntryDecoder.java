package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.Partitions;
import dev.freshet.push.metrics.PushMetrics;
import io.vertx.redis.client.Response;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads an entry from Redis's answer and lets the validator judge it. Confined to its tail's context.
final class EntryDecoder {

    private final int partition;
    private final EntryReader reader;
    private final PushMetrics metrics;

    /// @param logged `null` where the entry is malformed and was counted as such
    /// @param bytes of the entry's values
    record Decoded(EventId id, @Nullable LoggedEvent logged, int bytes) {}

    EntryDecoder(Partitions partitions, int partition, PushMetrics metrics) {
        this.partition = partition;
        this.reader = new EntryReader(partitions, partition);
        this.metrics = metrics;
    }

    /// @param entry `[id, [name, value, …]]`
    Decoded decode(Response entry, String epoch) {
        StreamId position = StreamId.parse(entry.get(0).toString());
        EventId id = new EventId(partition, Objects.requireNonNull(position, "Redis gives ids"), epoch);
        Response fields = entry.get(1);
        int bytes = 0;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            byte[] value = fields.get(i + 1).toBytes();
            bytes += value.length;
            reader.field(fields.get(i).toBytes(), value);
        }
        return switch (reader.read()) {
            case Entry.Valid valid -> new Decoded(id, new LoggedEvent(id, valid.event()), bytes);
            case Entry.Malformed malformed -> {
                metrics.skipped(malformed.reason().word());
                yield new Decoded(id, null, bytes);
            }
        };
    }
}
