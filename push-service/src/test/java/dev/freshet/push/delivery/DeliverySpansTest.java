package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.trace.BatchSpans;
import dev.freshet.push.trace.DeliverySpans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An event has one span in a pod, however many event loops and connections it has.
class DeliverySpansTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-00";
    private static final int LOOPS = 2;

    /// A connection that has no wire, so that each event is looked at.
    private record Reader(Transport transport, boolean takes) implements Follower {

        @Override
        public Form form() {
            return Form.STREAM;
        }

        @Override
        public boolean deliver(LiveEvent event, Subscription subscription) {
            return takes;
        }

        @Override
        public void gap(Subscription subscription, GapReason reason) {
            throw new AssertionError("nothing is missing");
        }

        @Override
        public void forked(Subscription subscription, @Nullable StreamId phantom) {
            throw new AssertionError("the log stays what it is");
        }

        @Override
        public void broken(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final DeliverySpans spans = new DeliverySpans(
            SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build()
                    .get("test"),
            LOOPS);
    private final Window window = new Window(new StreamId(1, 0), 64, Long.MAX_VALUE);
    private final List<LoopHub> hubs = List.of(hub(), hub());
    private long ms = 1;

    private LoopHub hub() {
        LoopHub hub = new LoopHub(
                ImmediateEventExecutor.INSTANCE, new Partitions(1), new PushMetrics(new SimpleMeterRegistry()));
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        return hub;
    }

    @Test
    void anEventsSpanCountsTheConnectionsOfAllEventLoopsAndEndsWithTheLast() {
        hubs.get(0).subscribe(new Reader(Transport.SSE, true), Entries.channel(0));
        hubs.get(0).subscribe(new Reader(Transport.SSE, false), Entries.channel(0));
        hubs.get(1).subscribe(new Reader(Transport.SSE, true), Entries.channel(0));
        hubs.get(1).subscribe(new Reader(Transport.WEBSOCKET, true), Entries.channel(0));
        LogBatch batch = batch(event(0, SAMPLED));
        BatchSpans ofBatch = begin(batch);

        hubs.get(0).deliver(batch, ofBatch);
        assertThat(exporter.getFinishedSpanItems())
                .as("another loop is not done")
                .isEmpty();
        hubs.get(1).deliver(batch, ofBatch);

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(exporter.getFinishedSpanItems()).hasSize(1);
        assertThat(span.getName()).isEqualTo("deliver events:{0}");
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(text(span, "messaging.operation.type")).isEqualTo("process");
        assertThat(text(span, "messaging.destination.name")).isEqualTo("events:{0}");
        assertThat(text(span, "messaging.message.id"))
                .isEqualTo(batch.events().getFirst().logged().id().toString());
        assertThat(text(span, "freshet.channel.kind")).isEqualTo("room");
        assertThat(number(span, "freshet.followers")).isEqualTo(4);
        assertThat(number(span, "freshet.connections.sse")).isEqualTo(2);
        assertThat(number(span, "freshet.connections.websocket")).isEqualTo(1);
        assertThat(span.toString()).as("whom it is for").doesNotContain("r0");
    }

    @Test
    void eventsOfARunAreCountedEachByItself() {
        hubs.get(0).subscribe(new Reader(Transport.SSE, true), Entries.channel(0));
        hubs.get(0).subscribe(new Reader(Transport.SSE, true), Entries.channel(1));
        hubs.get(0).subscribe(new Reader(Transport.SSE, true), Entries.channel(1));
        deliver(batch(
                event(0, SAMPLED),
                event(0, SAMPLED),
                event(1, NOT_SAMPLED),
                event(1, SAMPLED),
                event(2, SAMPLED),
                event(0, null)));

        assertThat(exporter.getFinishedSpanItems())
                .extracting(span -> number(span, "freshet.connections.sse"))
                .containsExactly(1L, 1L, 2L, 0L);
    }

    @Test
    void anEventThatNobodyAskedToRecordHasNoSpan() {
        assertThat(begin(batch(event(0, null), event(0, NOT_SAMPLED)))).isNull();
    }

    private void deliver(LogBatch batch) {
        BatchSpans ofBatch = begin(batch);
        hubs.forEach(hub -> hub.deliver(batch, ofBatch));
    }

    private @Nullable BatchSpans begin(LogBatch batch) {
        return spans.begin(batch.events().stream().map(LiveEvent::logged).toList());
    }

    private LoggedEvent event(int channel, @Nullable String traceparent) {
        LoggedEvent plain = Entries.event(++ms, channel, false);
        return new LoggedEvent(plain.id(), plain.event().withTraceparent(traceparent));
    }

    private LogBatch batch(LoggedEvent... events) {
        List<LiveEvent> batch = new ArrayList<>();
        for (LoggedEvent event : events) {
            batch.add(Objects.requireNonNull(window.append(event.id().position(), event)));
        }
        return new LogBatch(window, batch, Entries.place(ms), window.last());
    }

    private static String text(SpanData span, String key) {
        return Objects.requireNonNull(span.getAttributes().get(AttributeKey.stringKey(key)), key);
    }

    private static long number(SpanData span, String key) {
        return Objects.requireNonNull(span.getAttributes().get(AttributeKey.longKey(key)), key);
    }
}
