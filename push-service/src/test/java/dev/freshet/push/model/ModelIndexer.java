package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.before;
import static dev.freshet.push.model.ModelState.max;
import static dev.freshet.push.model.ModelState.min;

import dev.freshet.contract.event.StreamId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Copies the log into histories. Several race; each may sleep between reading a batch and applying it.
final class ModelIndexer {

    /// What was read, and from which log.
    private record Batch(String epoch, StreamId from, List<ModelEntry> entries) {}

    private final ModelRedis redis;
    private final Rules rules;
    private @Nullable Batch batch;

    ModelIndexer(ModelRedis redis, Rules rules) {
        this.redis = redis;
        this.rules = rules;
    }

    /// Gives the log a new epoch where no pod is there to do it.
    void renewEpoch(String newEpoch) {
        EpochScripts.renew(redis, rules, newEpoch);
    }

    void read() {
        Database data = redis.primary.data;
        ModelState state = data.state;
        if (state != null) {
            List<ModelEntry> entries = data.log.after(state.indexed).stream()
                    .limit(Limits.INDEXER_BATCH)
                    .toList();
            batch = new Batch(state.epoch, state.indexed, entries);
        }
    }

    /// @param abortAfter entries, by a redirect; what was copied till then stays
    void apply(long clock, int abortAfter) {
        Batch read = batch;
        batch = null;
        String replid = redis.primary.replid;
        if (read != null) {
            redis.write(data -> apply(data, replid, read, clock, abortAfter));
        }
    }

    private void apply(Database data, String replid, Batch read, long clock, int abortAfter) {
        ModelState state = data.state;
        if (state == null) {
            return;
        }
        boolean sameLog = state.epoch.equals(read.epoch) && replid.equals(state.replid);
        if ((rules.has(Rule.DELETED_LOG_IS_RECOGNISED) && data.isAnotherLog())
                || (rules.has(Rule.INDEXER_COMPARES_LOG) && !sameLog)
                || (rules.has(Rule.INDEXER_COMPARES_INDEXED) && !state.indexed.equals(read.from))
                || raiseHole(data, state)) {
            return;
        }
        StreamId previous = state.indexed;
        for (int i = 0; i < read.entries.size(); i++) {
            if (i == abortAfter) {
                return;
            }
            ModelEntry entry = read.entries.get(i);
            if (!entry.fields().ephemeral && !entry.fields().malformed) {
                copy(data, state, entry, previous, clock);
            }
            previous = entry.id();
        }
        state.indexed = previous;
        // Exact where the log's end is reached: an entry deleted in between was never counted.
        state.count = previous.equals(data.log.last) ? data.log.added : state.count + read.entries.size();
    }

    /// Whether something is gone that was never copied; then the batch is read anew.
    private boolean raiseHole(Database data, ModelState state) {
        ModelStream log = data.log;
        StreamId first = log.first();
        boolean trimmed = rules.has(Rule.HOLE_BY_ORDINAL) && log.hasPassed(state.indexed) && log.gone() > state.count;
        boolean deleted = rules.has(Rule.HOLE_BY_DELETION) && log.maxDeleted.compareTo(state.indexed) > 0;
        if (!trimmed && !deleted) {
            return false;
        }
        StreamId hole = state.indexed;
        if (trimmed) {
            hole = first == null ? log.last : before(first);
        }
        if (deleted) {
            hole = max(hole, log.maxDeleted);
        }
        // All that is gone is at or below it. Of what is left there one is counted: too few are no harm until the log
        // is deleted, and at its end the count is exact again.
        state.count = log.hasPassed(hole) ? log.gone() : Math.max(state.count, log.gone()) + 1;
        state.indexed = hole;
        state.hole = max(state.hole, hole);
        return true;
    }

    private void copy(Database data, ModelState state, ModelEntry entry, StreamId previous, long clock) {
        String channel = entry.channel();
        if (data.wrongType.contains(channel)) {
            if (rules.has(Rule.REJECTED_COPY_IS_RECORDED)) {
                data.channels.put(channel, clock);
            }
            return;
        }
        ModelStream history = data.histories.get(channel);
        if (history == null) {
            boolean lost = data.channels.containsKey(channel) && rules.has(Rule.LOST_HISTORY_INHERITS_PREVIOUS);
            history = new ModelStream();
            history.add(entry);
            // An attempt that was cut off may have been expired since: then `floor` is above this entry already.
            if (lost) {
                history.setMaxDeleted(min(max(previous, state.floor), entry.id()));
            } else if (rules.has(Rule.HISTORY_INHERITS_FLOOR)) {
                history.setMaxDeleted(min(state.floor, entry.id()));
            }
            data.histories.put(channel, history);
        } else {
            // "Equal or smaller" means that an attempt before this one was cut off.
            history.add(entry);
        }
        data.channels.put(channel, clock);
        while (history.length() > Limits.HISTORY_LENGTH) {
            if (rules.has(Rule.HISTORY_TRIMMED_BY_XDEL)) {
                StreamId oldest = history.first();
                if (oldest != null) {
                    history.delete(oldest);
                }
            } else {
                history.trimToLength(Limits.HISTORY_LENGTH);
            }
        }
    }
}
