package dev.freshet.events.index;

import dev.freshet.contract.log.Keys;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.RedisLink;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Does the work on partition 0 by hand, step by step and with a clock of its own.
final class Hands {

    static final IndexBounds BOUNDS = bounds(1_000, 10_000);

    private final Context context;
    private final RedisLink redis;
    private final Log log;
    private final IndexMetrics metrics;
    private final List<OwnLink> links = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

    Hands(Vertx vertx, RedisLink redis, Log log, MeterRegistry meters) {
        this.context = vertx.getOrCreateContext();
        this.redis = redis;
        this.log = log;
        this.metrics = new IndexMetrics(meters, 0, BOUNDS);
    }

    static IndexBounds bounds(int length, int rejectedCap) {
        return new IndexBounds(length, 1024 * 1024, 86_400_000, 600_000, 1_000_000, 256 << 20, rejectedCap);
    }

    PartitionIndexer indexer() {
        return indexer(BOUNDS);
    }

    PartitionIndexer indexer(IndexBounds bounds) {
        OwnLink link = new OwnLink(redis, Keys.events(0), 10_000);
        links.add(link);
        return new PartitionIndexer(link, log, 0, bounds, metrics, nanos::get);
    }

    PartitionWork work(String holder, IndexBounds bounds) {
        return new PartitionWork(redis, log, 0, bounds, metrics, holder, nanos::get);
    }

    void passes(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    Future<Boolean> begin(PartitionIndexer indexer) {
        return on(indexer::step);
    }

    boolean step(PartitionIndexer indexer) throws Exception {
        return await(begin(indexer));
    }

    void drain(PartitionIndexer indexer) throws Exception {
        // A batch of somebody else's, or of before, ends a series too: only nothing twice is the end.
        for (int idle = 0; idle < 3; idle++) {
            while (step(indexer)) {
                idle = 0;
            }
        }
    }

    <T> Future<T> on(Supplier<Future<T>> task) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> task.get().onComplete(promise));
        return promise.future();
    }

    <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    void close() {
        context.runOnContext(now -> links.forEach(OwnLink::close));
    }
}
