package dev.freshet.events.index;

import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.LongSupplier;

/// One replica's claim to work on a partition, so that not all do the same.
///
/// Nothing relies on it: two holders, or one that does not know that it lost the lease, are only wasteful. It is
/// asked for again several times in its life, so a holder that dies is followed within [#LIFE_MS] and
/// [#PERIOD_MS]. Not thread-safe.
final class Lease {

    static final long LIFE_MS = 3_000;
    static final long PERIOD_MS = 1_000;

    private static final Script LEASE = Script.of(IndexScripts.LEASE);

    private final OwnLink redis;
    private final int partition;
    private final String holder;
    private final Pace pace;
    private boolean held;

    /// @param holder a name that no other process has, nor this one had in an earlier life
    Lease(OwnLink redis, int partition, String holder, LongSupplier nanoTime) {
        this.redis = redis;
        this.partition = partition;
        this.holder = holder;
        this.pace = new Pace(nanoTime, PERIOD_MS);
    }

    /// Whether it is this replica's turn; takes the lease if nobody has it.
    Future<Boolean> isHeld() {
        return pace.isDue()
                ? ask(LIFE_MS).onSuccess(mine -> held = mine).onFailure(failure -> held = false)
                : Future.succeededFuture(held);
    }

    /// Lets another replica have it: this one cannot do its work, or ends. Tries once. Who is asked next
    /// whether it is held, asks Redis.
    Future<Boolean> release() {
        boolean had = held;
        held = false;
        pace.again();
        return had ? ask(0) : Future.succeededFuture(false);
    }

    private Future<Boolean> ask(long lifeMs) {
        return redis.run(LEASE, List.of(Keys.lease(partition)), List.of(holder, lifeMs))
                .map(answer -> answer.toInteger() == 1);
    }
}
