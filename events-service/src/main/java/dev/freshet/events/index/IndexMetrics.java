package dev.freshet.events.index;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Rejection;
import dev.freshet.service.log.LogFacts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.redis.client.Response;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// What the work on one partition tells. Gauges are of the replica whose turn it is, and `NaN` of the others.
///
/// Written by the partition's context, read by any thread.
final class IndexMetrics {

    private static final double MS_PER_SECOND = 1_000;

    private final IndexBounds bounds;
    private final Map<Rejection, Counter> rejected = new EnumMap<>(Rejection.class);
    private final Counter copied;
    private final Counter refused;
    private final Counter holes;
    private final Counter agedOut;
    private final Counter cappedOut;
    private final Counter expired;
    private final AtomicReference<Double> lagEntries = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> lagSeconds = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> entries = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> bytes = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> used = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> ahead = new AtomicReference<>(Double.NaN);

    IndexMetrics(MeterRegistry meters, int partition, IndexBounds bounds) {
        this.bounds = bounds;
        String p = Integer.toString(partition);
        for (Rejection reason : Rejection.values()) {
            rejected.put(
                    reason,
                    Counter.builder("freshet.events.rejected")
                            .description("Malformed entries of the log that this replica kept aside")
                            .tag("reason", reason.word())
                            .register(meters));
        }
        copied = counter(meters, "freshet.history.copied", "Events that this replica copied into histories");
        refused =
                counter(meters, "freshet.history.refused", "Copies refused because the history's key has another type");
        holes = counter(meters, "freshet.history.holes", "Times that entries were gone before they were copied");
        expired = counter(meters, "freshet.history.expired", "Channels whose history expired");
        agedOut = trimmed(meters, "age");
        cappedOut = trimmed(meters, "cap");
        gauge(meters, "freshet.history.lag.entries", "Entries of the log that are not copied yet", p, lagEntries);
        gauge(meters, "freshet.history.lag.seconds", "Age of the oldest of them", p, lagSeconds);
        gauge(meters, "freshet.log.entries", "Entries of the log", p, entries);
        gauge(meters, "freshet.log.bytes", "Memory that the log takes", p, bytes);
        gauge(meters, "freshet.log.used", "Part of the log's caps that is used, 1 is all", p, used);
        gauge(meters, "freshet.log.ahead.seconds", "How far the last id is ahead of Redis's clock", p, ahead);
    }

    void lag(LogFacts facts, Response unread) {
        lagEntries.set((double) Math.max(0, facts.added() - facts.current().count()));
        StreamId oldest =
                unread.size() == 0 ? null : StreamId.parse(unread.get(0).get(0).toString());
        lagSeconds.set(oldest == null ? 0 : Math.max(0, System.currentTimeMillis() - oldest.ms()) / MS_PER_SECOND);
    }

    void applied(List<Rejection> rejections, long copies, long refusals) {
        for (Rejection reason : rejections) {
            Counter counter = rejected.get(reason);
            if (counter != null) {
                counter.increment();
            }
        }
        copied.increment(copies);
        refused.increment(refusals);
    }

    void hole() {
        holes.increment();
    }

    void trimmed(long byAge, long byCap) {
        agedOut.increment(byAge);
        cappedOut.increment(byCap);
    }

    void log(long length, long size) {
        entries.set((double) length);
        bytes.set((double) size);
        used.set(Math.max((double) length / bounds.logEntries(), (double) size / bounds.logBytes()));
    }

    /// @param ms may be any number
    void ahead(double ms) {
        ahead.set(Math.max(0, ms / MS_PER_SECOND));
    }

    void expired(long channels) {
        expired.increment(channels);
    }

    /// It is another replica's turn, or nothing is known now.
    void idle() {
        for (AtomicReference<Double> gauge : List.of(lagEntries, lagSeconds, entries, bytes, used, ahead)) {
            gauge.set(Double.NaN);
        }
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    private static Counter trimmed(MeterRegistry meters, String why) {
        return Counter.builder("freshet.log.trimmed")
                .description("Entries that this replica trimmed from the log")
                .tag("by", why)
                .register(meters);
    }

    private static void gauge(
            MeterRegistry meters, String name, String description, String partition, AtomicReference<Double> value) {
        Gauge.builder(name, value, AtomicReference::get)
                .description(description)
                .tag("partition", partition)
                .register(meters);
    }
}
