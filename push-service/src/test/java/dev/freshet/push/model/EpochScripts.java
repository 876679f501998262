package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.max;

import dev.freshet.contract.event.StreamId;
import java.util.LinkedHashMap;
import java.util.Map;

/// The scripts that give the log an epoch: a new state, a fork of the old log, or another log altogether.
final class EpochScripts {

    private EpochScripts() {}

    /// Makes the state where there is none.
    static void open(ModelRedis redis, String newEpoch) {
        String replid = redis.primary.replid;
        redis.write(data -> {
            if (data.state == null) {
                data.state = new ModelState(newEpoch, replid);
            }
        });
    }

    /// By someone who read nothing of the old log, an indexer or a pod that just started.
    ///
    /// Up to `indexed` the log is the one that the state's epoch speaks of, for both were written and replicated
    /// together.
    static void renew(ModelRedis redis, Rules rules, String newEpoch) {
        ModelState state = redis.primary.data.state;
        if (state == null) {
            return;
        }
        if (redis.primary.data.isAnotherLog() && rules.has(Rule.DELETED_LOG_IS_RECOGNISED)) {
            wipe(redis, rules, newEpoch);
        } else if (!redis.primary.replid.equals(state.replid)) {
            boolean indexed = rules.has(Rule.FORK_NOT_BELOW_INDEXED);
            record(redis, newEpoch, forks(state, indexed ? state.indexed : StreamId.ZERO));
        }
    }

    /// What the state recorded, and its own epoch up to what is shared now. Older forks stay: a server that has
    /// the record of a fork has everything up to the fork, too.
    static Map<String, StreamId> forks(ModelState state, StreamId shared) {
        Map<String, StreamId> forks = new LinkedHashMap<>(state.forks);
        forks.put(state.epoch, shared);
        return forks;
    }

    static void record(ModelRedis redis, String epoch, Map<String, StreamId> forks) {
        String replid = redis.primary.replid;
        redis.write(data -> {
            if (data.state != null) {
                data.state.replid = replid;
                data.state.epoch = epoch;
                data.state.setForks(forks);
            }
        });
    }

    /// Someone deleted the log alone: what was copied of the old one stays, but nobody's place may rely on it.
    static void wipe(ModelRedis redis, Rules rules, String newEpoch) {
        String replid = redis.primary.replid;
        redis.write(data -> {
            ModelState old = data.state;
            data.state = new ModelState(newEpoch, replid);
            if (old != null && rules.has(Rule.DELETED_LOG_RAISES_HOLE)) {
                data.state.hole = max(max(old.hole, old.floor), old.indexed);
                data.state.floor = data.state.hole;
            }
        });
    }
}
