package dev.freshet.push.lifecycle;

import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.metrics.PushMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// Empties this pod: nothing else stops, so that whoever is still connected misses nothing until it is his turn.
///
/// 1. At once it is unready. For `freshet.push.drain.accept` all goes on as ever, for load balancers learn late
/// that a pod is unready. 2. Then new connections are turned away, and those that are open are told to come back,
/// in waves over `freshet.push.drain.window`, so that the other pods are not stormed. 3. It is over when no
/// connection is left, and no later than [#GRACE] after the window.
///
/// Safe for any thread.
@Singleton
final class Drain {

    /// Longer than the last wave's connections have for taking their last bytes, so that nobody who takes them is
    /// cut off by the end of the process.
    static final Duration GRACE = Duration.ofSeconds(6);

    private static final Logger LOG = Logger.getLogger(Drain.class);

    /// Between two waves, ms: short enough that a wave of a full pod is a small part of it.
    private static final long WAVE_MS = 100;

    private final Hub hub;
    private final Vertx vertx;
    private final PushMetrics metrics;
    private final Duration accept;
    private final Duration window;
    private final AtomicBoolean began = new AtomicBoolean();
    private final Promise<Void> over = Promise.promise();

    Drain(Hub hub, Vertx vertx, PushMetrics metrics, PushConfig config) {
        this.hub = hub;
        this.vertx = vertx;
        this.metrics = metrics;
        this.accept = config.drain().accept();
        this.window = config.drain().window();
    }

    boolean hasBegun() {
        return began.get();
    }

    /// Begins, unless it has.
    ///
    /// @return completes when it is over; never fails
    Future<Void> begin() {
        if (began.compareAndSet(false, true)) {
            LOG.infof(
                    "Draining: not ready any more; %d connections will end, from %d ms on over %d ms.",
                    metrics.openConnections(), accept.toMillis(), window.toMillis());
            after(accept, this::refuse);
        }
        return over.future();
    }

    private void refuse() {
        int waves = Math.toIntExact(window.toMillis() / WAVE_MS) + 1;
        hub.onEach(loop -> {
            loop.connections().refuse();
            wave(loop, waves);
        });
        long watch = vertx.setPeriodic(
                WAVE_MS,
                tick -> hub.sum(loop -> loop.connections().size()).onSuccess(left -> {
                    if (left == 0) {
                        finish();
                    }
                }));
        // Whatever an event loop is stuck in: the process has only so long before it is killed.
        after(window.plus(GRACE), this::finish);
        over.future().onComplete(done -> vertx.cancelTimer(watch));
    }

    /// Goes on with the last wave until it is over: who was being admitted when it began may come after it.
    private void wave(LoopHub loop, int left) {
        loop.connections().endWave(left);
        if (!over.future().isComplete()) {
            loop.after(WAVE_MS, () -> wave(loop, Math.max(1, left - 1)));
        }
    }

    private void finish() {
        if (over.tryComplete()) {
            LOG.infof(
                    "Drained: %d connections were told to come back, %d are left.",
                    metrics.drainedConnections(), metrics.openConnections());
        }
    }

    private void after(Duration delay, Runnable task) {
        // Vert.x knows no timer of 0 ms.
        vertx.setTimer(Math.max(1, delay.toMillis()), fired -> task.run());
    }
}
