package dev.freshet.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// What was published: the numbers of events, when each was meant to leave, when it was acknowledged. Publishers
/// write it, the load generator's loops read it.
///
/// Latency counts from the moment at which an event was *meant* to leave. Who counts from when it really left
/// forgives a stalled system all the events that it held up (coordinated omission).
public final class Ledger {

    /// No measurement has more events under way.
    private static final int SIZE = 1 << 20;

    private final AtomicLongArray meant = new AtomicLongArray(SIZE);
    private final AtomicLongArray acknowledged = new AtomicLongArray(SIZE);
    private final AtomicLong last = new AtomicLong();

    /// The number of the next event, from 1. It is not timed.
    public long next() {
        long number = last.incrementAndGet();
        set(number, 0);
        return number;
    }

    /// The number of the next event, from 1.
    ///
    /// @param nanos when it is meant to leave, as `System.nanoTime()`
    public long next(long nanos) {
        long number = last.incrementAndGet();
        // Zero says "not timed".
        set(number, nanos == 0 ? 1 : nanos);
        return number;
    }

    /// How many there were.
    public long count() {
        return last.get();
    }

    /// An event's publisher has its answer.
    public void acknowledge(long number, long nanos) {
        acknowledged.setRelease(index(number), nanos == 0 ? 1 : nanos);
    }

    /// 0 if the event is not timed.
    long meant(long number) {
        return meant.getAcquire(index(number));
    }

    /// 0 if its publisher has no answer yet.
    long acknowledged(long number) {
        return acknowledged.getAcquire(index(number));
    }

    private void set(long number, long nanos) {
        acknowledged.setRelease(index(number), 0);
        meant.setRelease(index(number), nanos);
    }

    private static int index(long number) {
        return (int) (number & (SIZE - 1));
    }
}
