package dev.freshet.events.inspect;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/// Repeats the steps of one inspector: at once while there is something, after a pause when there is nothing, and
/// ever more rarely while Redis fails. Nothing but [#stop] ends it.
final class InspectionLoop {

    private static final Logger LOG = Logger.getLogger(InspectionLoop.class);

    private static final long FIRST_RETRY_MS = 100;
    private static final long LAST_RETRY_MS = 5_000;

    /// Never 0, so that a busy log leaves the event loop to others between two batches.
    private static final long BUSY_PAUSE_MS = 1;

    private final Vertx vertx;
    private final PartitionInspector inspector;
    private final long idlePauseMs;
    private volatile boolean stopped;
    private long retryMs;

    InspectionLoop(Vertx vertx, PartitionInspector inspector, long idlePauseMs) {
        this.vertx = vertx;
        this.inspector = inspector;
        this.idlePauseMs = idlePauseMs;
    }

    void start() {
        after(BUSY_PAUSE_MS);
    }

    void stop() {
        stopped = true;
        inspector.close();
    }

    private void after(long ms) {
        if (!stopped) {
            vertx.setTimer(ms, fired -> step());
        }
    }

    private void step() {
        if (stopped) {
            return;
        }
        attempt().onSuccess(this::succeeded).onFailure(this::failed);
    }

    /// A step that throws must not end the loop either.
    private Future<Boolean> attempt() {
        try {
            return inspector.step();
        } catch (RuntimeException unforeseen) {
            return Future.failedFuture(unforeseen);
        }
    }

    private void succeeded(boolean more) {
        if (retryMs > 0) {
            retryMs = 0;
            LOG.infof("The inspection of partition %d goes on", inspector.partition());
        }
        after(more ? BUSY_PAUSE_MS : idlePauseMs);
    }

    private void failed(Throwable failure) {
        if (retryMs == 0 && !stopped) {
            LOG.warnf(
                    "The log's partition %d cannot be inspected now (%s); trying again until it can",
                    inspector.partition(), failure.getMessage());
        }
        retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, 2 * retryMs));
        after(retryMs);
    }
}
