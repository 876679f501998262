package dev.freshet.events.index;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryFields;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.Rejection;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Entries of the log as [IndexScripts#INDEX] takes them. Those that do not fit its bounds are left for the next
/// one.
///
/// Not thread-safe.
final class Batch {

    private static final String NO_HISTORY = "0";
    private static final String ASIDE = "-1";

    private final Map<Channel, Integer> histories = new LinkedHashMap<>();
    private final List<Object> arguments = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private StreamId last;
    private int size;
    private long bytes;

    private Batch(StreamId from) {
        this.last = from;
    }

    /// @param from the id after which the entries come
    /// @param entries an answer to `XRANGE`
    static Batch of(StreamId from, Response entries, EntryReader reader) {
        Batch batch = new Batch(from);
        for (Response entry : entries) {
            if (!batch.add(entry, reader)) {
                break;
            }
        }
        return batch;
    }

    /// How many entries it has.
    int size() {
        return size;
    }

    /// Bytes of those entries' fields.
    long bytes() {
        return bytes;
    }

    /// The id of its last entry; of the one before it if it has none.
    StreamId last() {
        return last;
    }

    /// Why entries among them are malformed, each once.
    List<Rejection> rejections() {
        return rejections;
    }

    /// The histories' keys.
    List<String> histories(int partition) {
        return histories.keySet().stream()
                .map(channel -> Keys.history(partition, channel))
                .toList();
    }

    /// What the script takes behind its settings.
    List<Object> arguments() {
        List<Object> all = new ArrayList<>(1 + histories.size() + arguments.size());
        all.add(histories.size());
        all.addAll(histories.keySet());
        all.addAll(arguments);
        return all;
    }

    /// @return whether it fits
    private boolean add(Response entry, EntryReader reader) {
        Response fields = entry.get(1);
        long length = 0;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            byte[] name = fields.get(i).toBytes();
            byte[] value = fields.get(i + 1).toBytes();
            length += name.length + value.length;
            reader.field(name, value);
        }
        Entry what = reader.read();
        if (size > 0 && (size == IndexScripts.MAX_ENTRIES || bytes + length > IndexScripts.MAX_BYTES)) {
            return false;
        }
        String id = entry.get(0).toString();
        arguments.add(id);
        switch (what) {
            case Entry.Valid(Event event, String proof) when event.ephemeral() -> none();
            case Entry.Valid(Event event, String proof) -> {
                arguments.add(histories.computeIfAbsent(event.channel(), channel -> histories.size() + 1));
                arguments.add(EntryFields.arguments(event));
                EntryFields.write(event, proof, arguments::add);
            }
            case Entry.Malformed malformed -> {
                List<byte[]> kept = RejectedEntry.arguments(id, malformed, fields);
                rejections.add(malformed.reason());
                arguments.add(ASIDE);
                arguments.add(kept.size());
                arguments.addAll(kept);
            }
        }
        last = Objects.requireNonNull(StreamId.parse(id), "Redis gives ids");
        size++;
        bytes += length;
        return true;
    }

    private void none() {
        arguments.add(NO_HISTORY);
        arguments.add(0);
    }
}
