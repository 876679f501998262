package dev.freshet.push.delivery;

import dev.freshet.push.config.PushConfig;
import dev.freshet.push.config.PushConfig.SlowPolicy;
import dev.freshet.push.metrics.PushMetrics;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Looks once a second, on each event loop, which of its connections are behind and how far: ends those that are
/// too far, and tells the furthest to the metrics.
///
/// Not on the way of an event, which costs a connection that is behind nothing.
@Singleton
final class SlowReaders {

    /// What one event loop saw last.
    ///
    /// @param events by which its slowest reader is behind
    /// @param ms for which its slowest reader is behind
    private record Lag(long events, long ms) {

        static final Lag NONE = new Lag(0, 0);
    }

    private static final long INTERVAL_MS = 1_000;

    private final Hub hub;
    private final LagLimits limits;
    private final Map<LoopHub, Lag> lags = new ConcurrentHashMap<>();

    SlowReaders(Hub hub, PushMetrics metrics, PushConfig config) {
        this.hub = hub;
        this.limits = LagLimits.of(config.slow());
        metrics.slowest(
                () -> lags.values().stream().mapToLong(Lag::events).max().orElse(0),
                () -> lags.values().stream().mapToLong(Lag::ms).max().orElse(0) / 1e3);
    }

    void start(@Observes StartupEvent event) {
        hub.onEach(this::look);
    }

    private void look(LoopHub loop) {
        long now = System.currentTimeMillis();
        long events = 0;
        long ms = 0;
        for (Feed feed : List.copyOf(loop.slow())) {
            if (limits.policy() == SlowPolicy.DISCONNECT && limits.areExceededBy(feed, now)) {
                feed.tooSlow();
                continue;
            }
            feed.forgetFound();
            events = Math.max(events, feed.lag());
            ms = Math.max(ms, now - feed.behindSince());
        }
        lags.put(loop, ms == 0 ? Lag.NONE : new Lag(events, ms));
        loop.after(INTERVAL_MS, () -> look(loop));
    }
}
