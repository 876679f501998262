package dev.freshet.events.index;

import dev.freshet.contract.log.Keys;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Future;
import java.util.function.LongSupplier;

/// All that is done for one partition by whoever has its lease: indexing always, trimming every second, expiring
/// every minute. One step at a time; all on one Vert.x context.
final class PartitionWork {

    /// Far above what a batch takes. Without it, a peer that vanished would hold the work up for ever.
    private static final long ANSWER_LIMIT_MS = 10_000;

    private static final long TRIM_MS = 1_000;
    private static final long EXPIRE_MS = 60_000;

    private final int partition;
    private final OwnLink redis;
    private final Lease lease;
    private final PartitionIndexer indexer;
    private final LogTrimmer trimmer;
    private final HistoryExpiry expiry;
    private final IndexMetrics metrics;
    private final Pace trim;
    private final Pace expire;

    /// @param holder a name that no other process has
    PartitionWork(
            RedisLink redis,
            Log log,
            int partition,
            IndexBounds bounds,
            IndexMetrics metrics,
            String holder,
            LongSupplier nanoTime) {
        this.partition = partition;
        this.redis = new OwnLink(redis, Keys.events(partition), ANSWER_LIMIT_MS);
        this.metrics = metrics;
        this.lease = new Lease(this.redis, partition, holder, nanoTime);
        this.indexer = new PartitionIndexer(this.redis, log, partition, bounds, metrics, nanoTime);
        this.trimmer = new LogTrimmer(this.redis, partition, bounds, metrics);
        this.expiry = new HistoryExpiry(this.redis, partition, bounds, metrics);
        this.trim = new Pace(nanoTime, TRIM_MS);
        this.expire = new Pace(nanoTime, EXPIRE_MS);
    }

    int partition() {
        return partition;
    }

    /// Does what is to be done now, if it is this replica's turn. When it fails, another replica may try.
    ///
    /// @return whether there is more to do at once
    Future<Boolean> step() {
        return lease.isHeld()
                .compose(mine -> {
                    if (mine) {
                        return work();
                    }
                    idle();
                    return Future.succeededFuture(false);
                })
                .recover(failure -> lease.release().transform(released -> {
                    idle();
                    redis.close();
                    return Future.failedFuture(failure);
                }));
    }

    /// Gives the lease back and ends the connection. To be called once, on the context of the steps.
    Future<Void> close() {
        return lease.release().<Void>mapEmpty().onComplete(released -> {
            idle();
            redis.close();
        });
    }

    private void idle() {
        indexer.reset();
        metrics.idle();
    }

    private Future<Boolean> work() {
        return indexer.step()
                .compose(more -> trim.isDue()
                        ? trimmer.step().map(again -> more | again(again, trim))
                        : Future.succeededFuture(more))
                .compose(more -> expire.isDue()
                        ? expiry.step().map(again -> more | again(again, expire))
                        : Future.succeededFuture(more));
    }

    private static boolean again(boolean more, Pace pace) {
        if (more) {
            pace.again();
        }
        return more;
    }
}
