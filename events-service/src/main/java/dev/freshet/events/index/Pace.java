package dev.freshet.events.index;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// A rhythm: says when the next time has come. Not thread-safe.
final class Pace {

    private final LongSupplier nanoTime;
    private final long periodNanos;
    private long next;

    Pace(LongSupplier nanoTime, long periodMs) {
        this.nanoTime = nanoTime;
        this.periodNanos = TimeUnit.MILLISECONDS.toNanos(periodMs);
        this.next = nanoTime.getAsLong();
    }

    /// Whether the time has come. It does not say so again before a period has passed, or [#again] was called.
    boolean isDue() {
        long now = nanoTime.getAsLong();
        if (now - next < 0) {
            return false;
        }
        next = now + periodNanos;
        return true;
    }

    /// The time has come at once.
    void again() {
        next = nanoTime.getAsLong();
    }
}
