package dev.freshet.push.model;

import dev.freshet.contract.event.StreamId;
import java.util.LinkedHashMap;
import java.util.Map;

/// The hash `state:{p}`.
final class ModelState {

    private static final int MAX_FORKS = 8;

    String epoch;
    String replid;

    /// Old epoch → the last id that this log shares with it; oldest first.
    Map<String, StreamId> forks = new LinkedHashMap<>();

    /// History is complete up to here.
    StreamId indexed = StreamId.ZERO;

    /// Entries ever added up to [#indexed]; may be too low, which costs false gaps, but never too high.
    long count;

    /// No history at or below this id can be trusted.
    StreamId hole = StreamId.ZERO;

    /// Nor anything at or below this id for a channel without a history.
    StreamId floor = StreamId.ZERO;

    ModelState(String epoch, String replid) {
        this.epoch = epoch;
        this.replid = replid;
    }

    ModelState copy() {
        ModelState copy = new ModelState(epoch, replid);
        copy.forks = new LinkedHashMap<>(forks);
        copy.indexed = indexed;
        copy.count = count;
        copy.hole = hole;
        copy.floor = floor;
        return copy;
    }

    void setForks(Map<String, StreamId> pairs) {
        forks = new LinkedHashMap<>(pairs);
        while (forks.size() > MAX_FORKS) {
            forks.remove(forks.keySet().iterator().next());
        }
    }

    static StreamId max(StreamId a, StreamId b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    static StreamId min(StreamId a, StreamId b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /// The greatest id below another.
    static StreamId before(StreamId id) {
        return id.seq() > 0 ? new StreamId(id.ms(), id.seq() - 1) : new StreamId(id.ms() - 1, Long.MAX_VALUE);
    }
}
