package dev.freshet.push.trace;

import dev.freshet.push.metrics.PushMetrics.Transport;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// The spans of one batch. They end together, when the last event loop has handed all of the batch to the sockets of
/// its connections. Connections that are behind get their events later, and are not waited for. Safe for any thread.
public final class BatchSpans {

    private static final AttributeKey<Long> FOLLOWERS = AttributeKey.longKey("freshet.followers");
    private static final Transport[] TRANSPORTS = Transport.values();

    /// By the events' places in the batch.
    private final @Nullable Span[] spans;

    /// For each event its followers, and then the connections of each transport to which it was written.
    private final AtomicIntegerArray counts;

    private final AtomicInteger missing;

    BatchSpans(@Nullable Span[] spans, int loops) {
        this.spans = spans;
        this.counts = new AtomicIntegerArray(spans.length * (1 + TRANSPORTS.length));
        this.missing = new AtomicInteger(loops);
    }

    /// So many connections of an event loop follow the channel of these events.
    ///
    /// @param first place in the batch
    public void followers(int first, int events, int connections) {
        add(first, events, 0, connections);
    }

    /// These events were written to so many connections each.
    ///
    /// @param first place in the batch
    public void wrote(int first, int events, Transport transport, int connections) {
        add(first, events, 1 + transport.ordinal(), connections);
    }

    /// An event loop is done with the batch. To be called once by each.
    public void loopDone() {
        if (missing.decrementAndGet() == 0) {
            for (int place = 0; place < spans.length; place++) {
                Span span = spans[place];
                if (span != null) {
                    end(span, place);
                }
            }
        }
    }

    private void add(int first, int events, int count, int more) {
        for (int place = first; place < first + events; place++) {
            counts.addAndGet(at(place, count), more);
        }
    }

    private void end(Span span, int place) {
        span.setAttribute(FOLLOWERS, (long) counts.get(at(place, 0)));
        for (Transport transport : TRANSPORTS) {
            int connections = counts.get(at(place, 1 + transport.ordinal()));
            if (transport != Transport.POLL || connections > 0) {
                span.setAttribute(
                        "freshet.connections." + transport.name().toLowerCase(Locale.ROOT), (long) connections);
            }
        }
        span.end();
    }

    private static int at(int place, int count) {
        return place * (1 + TRANSPORTS.length) + count;
    }
}
