package dev.freshet.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/// What one loop counts. Written by its thread; [#deliveries] may be read by any.
final class Tally implements Scanner.Sink {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

    private final Ledger ledger;
    private final AtomicLong deliveries = new AtomicLong();
    private long counted;

    /// Of the read in hand: one look at the clock serves all that it brought.
    private long now;

    Histogram sinceMeant = histogram();
    Histogram sinceAcknowledged = histogram();
    Histogram openings = histogram();

    Tally(Ledger ledger) {
        this.ledger = ledger;
    }

    static Histogram histogram() {
        return new Histogram(LONGEST, 3);
    }

    void beginRead() {
        now = System.nanoTime();
    }

    void endRead() {
        deliveries.lazySet(counted);
    }

    long deliveries() {
        return deliveries.get();
    }

    @Override
    public void number(Connection connection, long number) {
        counted++;
        if (number <= connection.last) {
            connection.doubled++;
            return;
        }
        connection.last = number;
        connection.received++;
        long meant = ledger.meant(number);
        if (meant == 0) {
            return;
        }
        record(sinceMeant, now - meant);
        long acknowledged = ledger.acknowledged(number);
        // The event may be faster than the answer to its publisher.
        record(sinceAcknowledged, acknowledged == 0 ? 0 : now - acknowledged);
    }

    void opened(long nanos) {
        record(openings, nanos);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, LONGEST));
    }
}
