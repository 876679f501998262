package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.trace.BatchSpans;
import dev.freshet.push.trace.DeliverySpans;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogFacts;
import dev.freshet.service.trace.Tracing;
import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Singleton;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Hands what the tails read to every event loop.
///
/// One task per batch and event loop crosses threads, whatever the number of connections. Each loop gets the
/// tasks of one partition in order, for an event loop runs its tasks in order.
@Singleton
public final class Hub {

    private final Vertx vertx;
    private final Map<EventExecutor, LoopHub> loops = new IdentityHashMap<>();
    private final Map<Integer, Supplier<Future<LogFacts>>> checks = new ConcurrentHashMap<>();

    /// `null` where deliveries have no spans.
    private final @Nullable DeliverySpans spans;

    /// For the metrics; each event loop has its own.
    private final AtomicReferenceArray<@Nullable Window> windows;

    /// When the last entry came of which the tails know, ms since 1970 by the clock of Redis.
    private final AtomicLongArray ends;

    Hub(Vertx vertx, Log log, PushMetrics metrics, Tracing tracing) {
        this.vertx = vertx;
        for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
            loops.put(loop, new LoopHub(loop, log.partitions(), metrics));
        }
        Tracer tracer = tracing.tracer();
        spans = tracer == null ? null : new DeliverySpans(tracer, loops.size());
        windows = new AtomicReferenceArray<>(log.partitions().count());
        ends = new AtomicLongArray(windows.length());
        for (int partition = 0; partition < windows.length(); partition++) {
            int each = partition;
            metrics.windowAge(each, () -> age(windows.get(each)));
            metrics.tailLag(each, () -> lag(each));
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
    public void begin(Window window, EventId position, long number, Forks forks) {
        windows.set(position.partition(), window);
        onEach(hub -> hub.begin(window, position, number, forks));
    }

    public void deliver(LogBatch batch) {
        if (spans == null) {
            onEach(hub -> hub.deliver(batch, null));
            return;
        }
        List<LoggedEvent> logged =
                batch.events().stream().map(LiveEvent::logged).toList();
        BatchSpans ofBatch = spans.begin(logged);
        onEach(hub -> hub.deliver(batch, ofBatch));
    }

    /// The number in its window up to which every event loop has delivered a partition. Safe for any thread.
    public long delivered(int partition) {
        long least = Long.MAX_VALUE;
        for (LoopHub hub : loops.values()) {
            least = Math.min(least, hub.delivered(partition));
        }
        return least;
    }

    /// A tail has learnt where the log ends, and may not have read up to there.
    public void endsAt(int partition, StreamId end) {
        ends.set(partition, end.ms());
    }

    /// A tail goes on at another place, with another window: what lies between is missing.
    public void reset(Window window, EventId position, long number, Forks forks, GapReason reason) {
        windows.set(position.partition(), window);
        onEach(hub -> hub.reset(window, position, number, forks, reason));
    }

    /// A tail goes on from a place before the one where it was, for the log went another way behind it.
    ///
    /// @param window what it had, without what the log does not have any more
    /// @param phantoms channels that had something of that, and the oldest such place
    public void fork(Window window, EventId position, long number, Forks forks, Map<Channel, StreamId> phantoms) {
        windows.set(position.partition(), window);
        onEach(hub -> hub.fork(window, position, number, forks, phantoms));
    }

    /// More became known about epochs of before.
    public void forks(int partition, Forks forks) {
        onEach(hub -> hub.forks(partition, forks));
    }

    /// Whom [#check] asks about a partition.
    public void checkedBy(int partition, Supplier<Future<LogFacts>> tail) {
        checks.put(partition, tail);
    }

    /// Looks, on the partition's primary and from now on, whether the log is the one that the tail reads; if not,
    /// the tail settles that first, and the event loops know before this completes. Many may ask at once; they
    /// share the look.
    ///
    /// @return the facts of then; fails while Redis does not answer
    public Future<LogFacts> check(int partition) {
        Supplier<Future<LogFacts>> tail = checks.get(partition);
        return tail == null ? Future.failedFuture("partition " + partition + " is not read") : tail.get();
    }

    /// By one clock, that of Redis; 0 while the log is quiet.
    private double lag(int partition) {
        Window window = windows.get(partition);
        if (window == null) {
            return 0;
        }
        StreamId delivered = window.id(Math.min(delivered(partition), window.last()));
        long place = (delivered == null ? window.begin().id() : delivered).ms();
        return Math.max(0, ends.get(partition) - place) / 1e3;
    }

    private static double age(@Nullable Window window) {
        long oldest = window == null ? 0 : window.oldestTimestamp();
        // By two clocks: that of Redis may be ahead.
        return oldest == 0 ? 0 : Math.max(0, System.currentTimeMillis() - oldest) / 1e3;
    }

    /// A number summed over the event loops, each asked on itself.
    ///
    /// @return does not complete while an event loop is stuck; safe for any thread
    public Future<Integer> sum(ToIntFunction<LoopHub> number) {
        Promise<Integer> promise = Promise.promise();
        AtomicInteger total = new AtomicInteger();
        AtomicInteger missing = new AtomicInteger(loops.size());
        onEach(hub -> {
            total.addAndGet(number.applyAsInt(hub));
            if (missing.decrementAndGet() == 0) {
                promise.complete(total.get());
            }
        });
        return promise.future();
    }

    /// Runs a task on each event loop with its hub.
    public void onEach(Consumer<LoopHub> task) {
        for (LoopHub hub : loops.values()) {
            hub.later(() -> task.accept(hub));
        }
    }
}
