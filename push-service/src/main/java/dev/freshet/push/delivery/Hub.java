package dev.freshet.push.delivery;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.log.Log;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Singleton;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Hands what the tails read to every event loop.
///
/// One task per batch and event loop crosses threads, whatever the number of connections. Each loop gets the
/// tasks of one partition in order, for an event loop runs its tasks in order.
@Singleton
public final class Hub {

    private final Vertx vertx;
    private final Map<EventExecutor, LoopHub> loops = new IdentityHashMap<>();

    Hub(Vertx vertx, Log log, PushMetrics metrics) {
        this.vertx = vertx;
        for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
            loops.put(loop, new LoopHub(loop, log.partitions(), metrics));
        }
    }

    /// The hub of the calling event loop.
    public LoopHub current() {
        LoopHub hub = loops.get(((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop());
        if (hub == null) {
            throw new IllegalStateException("not on an event loop");
        }
        return hub;
    }

    /// A tail begins behind this place.
    ///
    /// @param number of the place in the window
    public void begin(Window window, EventId position, long number) {
        onEach(hub -> hub.begin(window, position, number));
    }

    public void deliver(LogBatch batch) {
        onEach(hub -> hub.deliver(batch));
    }

    /// A tail goes on at another place, with another window: what lies between is missing.
    public void reset(Window window, EventId position, long number, GapReason reason) {
        onEach(hub -> hub.reset(window, position, number, reason));
    }

    /// Runs a task on each event loop with its hub.
    public void onEach(Consumer<LoopHub> task) {
        for (LoopHub hub : loops.values()) {
            hub.later(() -> task.accept(hub));
        }
    }
}
