package dev.freshet.push.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What is counted of presence. Safe for any thread.
@Singleton
public final class PresenceMetrics {

    private final Map<Integer, AtomicLong> members = new ConcurrentHashMap<>();
    private final Counter joined;
    private final Counter left;
    private final Counter reentered;
    private final Counter swept;

    PresenceMetrics(MeterRegistry meters) {
        Gauge.builder(
                        "freshet.presence.members",
                        members,
                        all -> all.values().stream().mapToLong(AtomicLong::get).sum())
                .description("Users present by this pod's connections, each room and document counted")
                .register(meters);
        joined = told(meters, "joined");
        left = told(meters, "left");
        reentered = Counter.builder("freshet.presence.reentered")
                .description("How often this pod said anew who is present, because Redis may have lost it")
                .register(meters);
        swept = Counter.builder("freshet.presence.swept")
                .description("Members of dead pods that this pod removed")
                .register(meters);
    }

    private static Counter told(MeterRegistry meters, String change) {
        return Counter.builder("freshet.presence.changes")
                .description("Joins and leaves that this pod told one by one")
                .tag("change", change)
                .register(meters);
    }

    public void members(int partition, long count) {
        members.computeIfAbsent(partition, unknown -> new AtomicLong()).set(count);
    }

    public void told(int joins, int leaves) {
        joined.increment(joins);
        left.increment(leaves);
    }

    public void reentered() {
        reentered.increment();
    }

    public void swept(int count) {
        swept.increment(count);
    }
}
