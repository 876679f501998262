package dev.freshet.push.metrics;

import dev.freshet.contract.message.GapReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// What push-service counts. Never a channel or a user as a tag: their number has no bound. Safe for any thread.
@Singleton
public final class PushMetrics {

    /// Ways to receive.
    public enum Transport {
        SSE("sse"),
        WEBSOCKET("websocket"),
        POLL("poll");

        private final String word;

        Transport(String word) {
            this.word = word;
        }
    }

    private static final Duration[] LATENCY_BUCKETS = IntStream.of(
                    1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry meters;
    private final TransportMeters sse;
    private final TransportMeters webSocket;
    private final TransportMeters poll;
    private final Counter read;
    private final Counter pages;
    private final DistributionSummary batches;
    private final Timer latency;
    private final Counter held;

    public PushMetrics(MeterRegistry meters) {
        this.meters = meters;
        sse = TransportMeters.of(Transport.SSE, meters);
        webSocket = TransportMeters.of(Transport.WEBSOCKET, meters);
        poll = TransportMeters.of(Transport.POLL, meters);
        read = Counter.builder("freshet.events.read")
                .description("Entries read from the log, skipped ones too")
                .register(meters);
        pages = Counter.builder("freshet.replay.pages")
                .description("Pages of channels' pasts read from Redis; clients that ask for the same share one")
                .register(meters);
        batches = DistributionSummary.builder("freshet.tail.batch")
                .description("Entries per read of the log")
                .baseUnit("entries")
                .register(meters);
        held = Counter.builder("freshet.opens.held")
                .description("Streams that were held because their user opened the path too often")
                .register(meters);
        latency = Timer.builder("freshet.delivery.latency")
                .description("From the append, by the clock of Redis, to the write on the connections of an event loop")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(meters);
    }

    public void opened(Transport transport, boolean withCursor) {
        of(transport).open.increment();
        if (withCursor) {
            of(transport).reconnections.increment();
        }
    }

    public void closed(Transport transport) {
        of(transport).open.decrement();
    }

    /// A connection was told to come back, because this process ends.
    public void drained(Transport transport) {
        of(transport).drained.increment();
    }

    /// A connection was ended although its client and its socket were well, and not because this process ends.
    ///
    /// @param reason `revoked`, `token-expired`, `another-user` or `max-age`
    public void ended(Transport transport, String reason) {
        meters.counter("freshet.connections.ended", "transport", transport.word, "reason", reason)
                .increment();
    }

    /// A client's message was taken for backend services.
    ///
    /// @param type one that the operator allowed
    public void inbound(String type) {
        meters.counter("freshet.inbound.messages", "type", type).increment();
    }

    /// From where the lag of the connection is read that is furthest behind.
    ///
    /// @param events entries of the log; safe for any thread
    /// @param seconds since it did not take all there was; safe for any thread
    public void slowest(Supplier<Number> events, Supplier<Number> seconds) {
        Gauge.builder("freshet.slowest.lag.events", events)
                .description("Entries of the log by which the slowest reader is behind")
                .register(meters);
        Gauge.builder("freshet.slowest.lag", seconds)
                .description("For how long the slowest reader is behind")
                .baseUnit("seconds")
                .register(meters);
    }

    /// From where it is read how far back a partition's window reaches.
    ///
    /// @param seconds since the log took the oldest event kept; safe for any thread
    public void windowAge(int partition, Supplier<Number> seconds) {
        Gauge.builder("freshet.window.age", seconds)
                .description("Age of the oldest event in the window")
                .baseUnit("seconds")
                .tag("partition", Integer.toString(partition))
                .register(meters);
    }

    /// From where it is read how late what was delivered of a partition is.
    ///
    /// @param seconds between the entry that every event loop has delivered and the log's end; safe for any thread
    public void tailLag(int partition, Supplier<Number> seconds) {
        Gauge.builder("freshet.tail.lag", seconds)
                .description("What the log has and this pod has not delivered, as time")
                .baseUnit("seconds")
                .tag("partition", Integer.toString(partition))
                .register(meters);
    }

    /// A stream was held for a moment.
    public void held() {
        held.increment();
    }

    /// Events written by one event loop since it last told.
    public void delivered(Transport transport, long events) {
        if (events > 0) {
            of(transport).delivered.increment(events);
        }
    }

    /// One event was written to all its connections of one event loop.
    ///
    /// @param appendedAt ms since 1970 by the clock of Redis; a clock ahead of ours counts as no time
    public void latency(long appendedAt, long now) {
        latency.record(Duration.ofMillis(Math.max(0, now - appendedAt)));
    }

    public void read(int entries) {
        read.increment(entries);
        batches.record(entries);
    }

    /// An entry of the log was skipped.
    public void skipped(String reason) {
        meters.counter("freshet.events.skipped", "reason", reason).increment();
    }

    /// A message, a connection or the tail went wrong.
    public void error(String kind) {
        meters.counter("freshet.errors", "kind", kind).increment();
    }

    /// A client came back, and this became of one of its channels.
    ///
    /// @param result where its missed events come from, or that it has a gap
    public void resumed(String result) {
        meters.counter("freshet.resumes", "result", result).increment();
    }

    /// A client came back with a place of which it cannot be said what a channel had behind it.
    public void notResumed(GapReason reason) {
        resumed("gap-" + reason.word());
        gap(reason.word(), 1);
    }

    /// A page of a channel's past was read from Redis, by whoever needs it.
    public void pageRead() {
        pages.increment();
    }

    /// Clients were told of missing events.
    public void gap(String reason, int channels) {
        meters.counter("freshet.gaps", "reason", reason).increment(channels);
    }

    /// What all pods are summed up by. Connections are those that are open, the rest is counted since the start.
    public record Totals(long sse, long webSocket, long poll, double read, double delivered) {}

    public Totals totals() {
        return new Totals(
                sse.open.sum(),
                webSocket.open.sum(),
                poll.open.sum(),
                read.count(),
                sse.delivered.count() + webSocket.delivered.count() + poll.delivered.count());
    }

    /// Of all transports, about: event loops open and close while it is counted.
    public long openConnections() {
        return sse.open.sum() + webSocket.open.sum();
    }

    /// Of all transports.
    public long drainedConnections() {
        return (long) (sse.drained.count() + webSocket.drained.count());
    }

    private TransportMeters of(Transport transport) {
        return switch (transport) {
            case SSE -> sse;
            case WEBSOCKET -> webSocket;
            case POLL -> poll;
        };
    }

    private record TransportMeters(LongAdder open, Counter delivered, Counter reconnections, Counter drained) {

        static TransportMeters of(Transport transport, MeterRegistry meters) {
            LongAdder open = new LongAdder();
            Gauge.builder("freshet.connections", open, LongAdder::sum)
                    .description("Open connections")
                    .tag("transport", transport.word)
                    .register(meters);
            return new TransportMeters(
                    open,
                    Counter.builder("freshet.events.delivered")
                            .description("Events written to connections, each connection counted")
                            .tag("transport", transport.word)
                            .register(meters),
                    Counter.builder("freshet.reconnections")
                            .description("Connections opened with a cursor")
                            .tag("transport", transport.word)
                            .register(meters),
                    Counter.builder("freshet.connections.drained")
                            .description("Connections that were ended because this process ends")
                            .tag("transport", transport.word)
                            .register(meters));
        }
    }
}
