package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.before;
import static dev.freshet.push.model.ModelState.max;

import dev.freshet.contract.event.StreamId;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The recent tail `(w0, r]` of a partition, skipped entries too.
final class Window {

    private final TreeMap<StreamId, ModelEntry> entries = new TreeMap<>();

    /// Where the window starts; itself a position, but not an entry of the window.
    StreamId w0;

    /// For the witness: an append at or before [#w0].
    private int serial;

    private Window(StreamId w0) {
        this.w0 = w0;
    }

    /// Preloads the newest entries of the log.
    static Window of(ModelStream log, int newestSerial, Rules rules) {
        StreamId first = log.first();
        Window window = new Window(first == null ? log.last : log.gone() == 0 ? StreamId.ZERO : before(first));
        log.all().forEach(window::add);
        if (rules.has(Rule.WINDOW_ABOVE_DELETED)) {
            window.w0 = max(window.w0, log.maxDeleted);
            window.entries.headMap(window.w0, true).clear();
        }
        window.serial = window.entries.isEmpty()
                ? newestSerial
                : window.entries.firstEntry().getValue().fields().serial - 1;
        return window;
    }

    void add(ModelEntry entry) {
        entries.put(entry.id(), entry);
        if (entries.size() > Limits.WINDOW) {
            ModelEntry oldest = entries.pollFirstEntry().getValue();
            w0 = oldest.id();
            serial = oldest.fields().serial;
        }
    }

    Collection<ModelEntry> after(StreamId position) {
        return entries.tailMap(position, false).values();
    }

    /// For the witness: an append at or before a position of the window, and after the position before.
    int serialAt(StreamId position) {
        ModelEntry entry = entries.get(position);
        return entry == null ? serial : entry.fields().serial;
    }

    /// The newest entry that is also in this log, the same; `null` if there is none.
    @Nullable
    StreamId newestCommon(ModelStream log, Rules rules) {
        for (StreamId id : entries.descendingKeySet()) {
            ModelEntry there = log.get(id);
            if (there != null && (there.equals(entries.get(id)) || !rules.has(Rule.FORK_BY_FIELDS))) {
                return id;
            }
        }
        return null;
    }

    /// The newest position not above a bound; `null` if the window starts above it.
    @Nullable
    StreamId newestUpTo(@Nullable StreamId bound) {
        if (bound == null) {
            return null;
        }
        StreamId entry = entries.floorKey(bound);
        return entry != null ? entry : w0.compareTo(bound) <= 0 ? w0 : null;
    }

    /// Forgets what follows a position.
    ///
    /// @return what that was
    Collection<ModelEntry> cutAfter(StreamId position) {
        Collection<ModelEntry> tail = entries.tailMap(position, false).values();
        List<ModelEntry> cut = List.copyOf(tail);
        tail.clear();
        return cut;
    }
}
