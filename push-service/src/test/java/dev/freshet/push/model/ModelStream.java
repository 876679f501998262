package dev.freshet.push.model;

import dev.freshet.contract.event.StreamId;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A stream as Redis 7 keeps it.
///
/// @see <a href="https://redis.io/docs/latest/commands/xinfo-stream/">XINFO STREAM</a>
final class ModelStream {

    private final TreeMap<StreamId, ModelEntry> entries = new TreeMap<>();

    /// `last-generated-id`: never falls, whatever is removed.
    StreamId last = StreamId.ZERO;

    /// `max-deleted-entry-id`: moved by `XDEL`, not by trimming.
    StreamId maxDeleted = StreamId.ZERO;

    /// `entries-added`: ever, in this incarnation of the key.
    long added;

    ModelStream copy() {
        ModelStream copy = new ModelStream();
        copy.entries.putAll(entries);
        copy.last = last;
        copy.maxDeleted = maxDeleted;
        copy.added = added;
        return copy;
    }

    /// `XADD` with `*`: by the server's clock, but always above the last id.
    StreamId next(long clock) {
        return clock > last.ms() ? new StreamId(clock, 0) : new StreamId(last.ms(), last.seq() + 1);
    }

    /// `XADD` with an id.
    ///
    /// @return `false` where Redis answers "equal or smaller"
    boolean add(ModelEntry entry) {
        if (entry.id().compareTo(last) <= 0) {
            return false;
        }
        entries.put(entry.id(), entry);
        last = entry.id();
        added++;
        return true;
    }

    /// `XDEL`.
    void delete(StreamId id) {
        if (entries.remove(id) != null && id.compareTo(maxDeleted) > 0) {
            maxDeleted = id;
        }
    }

    /// `XTRIM MAXLEN`.
    void trimToLength(int length) {
        while (entries.size() > length) {
            entries.pollFirstEntry();
        }
    }

    /// `XTRIM MINID`.
    void trimBelow(StreamId id) {
        entries.headMap(id).clear();
    }

    /// `XSETID key last ENTRIESADDED added MAXDELETEDID id`.
    void setMaxDeleted(StreamId id) {
        if (id.compareTo(last) > 0) {
            throw new IllegalStateException("The ID specified in XSETID is smaller than the provided max_deleted");
        }
        maxDeleted = id;
    }

    int length() {
        return entries.size();
    }

    /// How many entries were removed, by trimming or deletion.
    long gone() {
        return added - entries.size();
    }

    /// Whether everything up to an id is gone; then what is gone tells whether more is.
    boolean hasPassed(StreamId id) {
        StreamId first = first();
        return first == null || first.compareTo(id) > 0;
    }

    /// Whether this cannot be the stream of which `ordinal` entries were seen, the last with this id.
    boolean isAnotherThan(StreamId seen, long ordinal) {
        return last.compareTo(seen) < 0 || (hasPassed(seen) && gone() < ordinal);
    }

    @Nullable
    StreamId first() {
        return entries.isEmpty() ? null : entries.firstKey();
    }

    @Nullable
    ModelEntry get(StreamId id) {
        return entries.get(id);
    }

    /// `XRANGE key (after +`.
    Collection<ModelEntry> after(StreamId after) {
        return entries.tailMap(after, false).values();
    }

    /// `XRANGE key (after upTo`.
    Collection<ModelEntry> between(StreamId after, StreamId upTo) {
        return after.compareTo(upTo) >= 0
                ? List.of()
                : entries.subMap(after, false, upTo, true).values();
    }

    Collection<ModelEntry> all() {
        return entries.values();
    }
}
