package dev.freshet.push.stats;

import dev.freshet.push.metrics.PushMetrics.Totals;
import java.util.ArrayDeque;
import java.util.Deque;

/// Events per second over the last samples. Not thread-safe.
final class Throughput {

    private static final int SAMPLES = 6;

    private record Sample(long nanos, Totals totals) {}

    private final Deque<Sample> samples = new ArrayDeque<>(SAMPLES);

    /// @param nanos by the clock of `System.nanoTime()`
    void add(long nanos, Totals totals) {
        if (samples.size() == SAMPLES) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(nanos, totals));
    }

    /// Entries that were read from the log.
    double read() {
        return perSecond(newest().read() - oldest().read());
    }

    /// Events that were written to connections.
    double delivered() {
        return perSecond(newest().delivered() - oldest().delivered());
    }

    private double perSecond(double events) {
        long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
        return nanos <= 0 ? 0 : events * 1e9 / nanos;
    }

    private Totals newest() {
        return samples.getLast().totals();
    }

    private Totals oldest() {
        return samples.getFirst().totals();
    }
}
