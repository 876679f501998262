package dev.freshet.events.index;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/// Repeats the steps of one partition's work: at once while there is something, after a pause when there is
/// nothing, and ever more rarely while Redis fails. Nothing but [#stop] ends it.
///
/// All steps run on one Vert.x context of the loop's own, one at a time. Each waits for Redis, so a busy log
/// leaves the event loop to others.
final class IndexLoop {

    private static final Logger LOG = Logger.getLogger(IndexLoop.class);

    private static final long FIRST_RETRY_MS = 100;
    private static final long LAST_RETRY_MS = 5_000;

    private final Vertx vertx;
    private final PartitionWork work;
    private final long idlePauseMs;
    private final Context context;
    private volatile boolean stopped;
    private long retryMs;

    IndexLoop(Vertx vertx, PartitionWork work, long idlePauseMs) {
        this.vertx = vertx;
        this.work = work;
        this.idlePauseMs = idlePauseMs;
        this.context = vertx.getOrCreateContext();
    }

    void start() {
        context.runOnContext(now -> step());
    }

    /// Ends it after the step that is under way.
    ///
    /// @return when the lease was given back, or could not be
    Future<Void> stop() {
        stopped = true;
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> work.close().onComplete(closed -> done.complete()));
        return done.future();
    }

    private void step() {
        if (!stopped) {
            attempt().onSuccess(this::succeeded).onFailure(this::failed);
        }
    }

    /// A step that throws must not end the loop either.
    private Future<Boolean> attempt() {
        try {
            return work.step();
        } catch (RuntimeException unforeseen) {
            return Future.failedFuture(unforeseen);
        }
    }

    private void succeeded(boolean more) {
        if (retryMs > 0) {
            retryMs = 0;
            LOG.infof("The indexing of partition %d goes on", work.partition());
        }
        if (more) {
            context.runOnContext(now -> step());
        } else {
            after(idlePauseMs);
        }
    }

    private void failed(Throwable failure) {
        if (retryMs == 0 && !stopped) {
            LOG.warnf(
                    "The log's partition %d cannot be indexed now (%s); trying again until it can",
                    work.partition(), failure.getMessage());
        }
        retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, 2 * retryMs));
        after(retryMs);
    }

    private void after(long ms) {
        vertx.setTimer(ms, fired -> context.runOnContext(now -> step()));
    }
}
