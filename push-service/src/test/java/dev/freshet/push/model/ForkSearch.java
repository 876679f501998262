package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.max;

import dev.freshet.contract.event.StreamId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rule 1: the log is no longer, or perhaps no longer, the one that the pod read.
///
/// Whoever comes first sets a new epoch and records up to where the old one is shared; who comes later finds the
/// record,
/// and may know better.
final class ForkSearch {

    private final ModelTail tail;
    private final Rules rules;
    private final Supplier<String> newEpoch;

    ForkSearch(ModelTail tail, Supplier<String> newEpoch) {
        this.tail = tail;
        this.rules = tail.rules;
        this.newEpoch = newEpoch;
    }

    void settle() {
        ModelRedis redis = tail.redis;
        ModelState state = redis.primary.data.state;
        if (state == null) {
            EpochScripts.open(redis, newEpoch.get());
            tail.startAnew();
            return;
        }
        boolean first = !redis.primary.replid.equals(state.replid);
        StreamId common = tail.window.newestCommon(redis.primary.data.log, rules);
        StreamId fork = furthest(common, tail.window.newestUpTo(knownToBeShared(state)));
        Map<String, StreamId> forks = first ? record(state, common) : raise(state, fork);
        String epoch = first ? newEpoch.get() : state.epoch;
        EpochScripts.record(redis, epoch, forks);
        if (fork == null) {
            tail.startAnew();
        } else {
            tail.continueFrom(fork, epoch, forks);
            tail.check();
        }
    }

    /// Up to where the state says that the pod's epoch is shared; `null` if it says nothing.
    private @Nullable StreamId knownToBeShared(ModelState state) {
        boolean ofState = state.epoch.equals(tail.epoch) && rules.has(Rule.FORK_NOT_BELOW_INDEXED);
        return ofState ? state.indexed : state.forks.get(tail.epoch);
    }

    private static @Nullable StreamId furthest(@Nullable StreamId a, @Nullable StreamId b) {
        return a == null ? b : b == null ? a : max(a, b);
    }

    private Map<String, StreamId> record(ModelState state, @Nullable StreamId common) {
        StreamId indexed = rules.has(Rule.FORK_NOT_BELOW_INDEXED) ? state.indexed : StreamId.ZERO;
        boolean sameEpoch = state.epoch.equals(tail.epoch);
        StreamId shared = common != null && sameEpoch ? max(indexed, common) : indexed;
        Map<String, StreamId> forks = EpochScripts.forks(state, shared);
        if (common != null && !sameEpoch) {
            forks.merge(tail.epoch, common, ModelState::max);
        }
        return forks;
    }

    private Map<String, StreamId> raise(ModelState state, @Nullable StreamId fork) {
        Map<String, StreamId> forks = new LinkedHashMap<>(state.forks);
        if (fork != null && rules.has(Rule.FORK_IS_RAISED)) {
            forks.merge(tail.epoch, fork, ModelState::max);
        }
        return forks;
    }
}
