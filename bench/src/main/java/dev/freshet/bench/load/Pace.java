package dev.freshet.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// An open loop: things happen when they are due, however long what came before them takes. Who is late catches
/// up, and the times that count stay those at which things were due.
public final class Pace {

    /// What is done at a moment.
    public interface Step {
        /// @param nanos when it was due, as `System.nanoTime()`
        void at(long nanos) throws IOException;
    }

    private Pace() {}

    /// Runs `step` at `rate` per second for `span`.
    ///
    /// @return by how much the latest step was late, ns
    public static long run(double rate, Duration span, Step step) throws IOException {
        long steps = Math.round(rate * span.toNanos() / 1e9);
        long began = System.nanoTime();
        long latest = 0;
        for (long i = 0; i < steps; i++) {
            long due = began + (long) (i * 1e9 / rate);
            sleepUntil(due);
            latest = Math.max(latest, System.nanoTime() - due);
            step.at(due);
        }
        sleepUntil(began + span.toNanos());
        return latest;
    }

    private static void sleepUntil(long nanos) {
        for (long rest = nanos - System.nanoTime(); rest > 0; rest = nanos - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(rest, TimeUnit.SECONDS.toNanos(1)));
        }
    }
}
