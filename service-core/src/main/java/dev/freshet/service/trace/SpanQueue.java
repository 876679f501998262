package dev.freshet.service.trace;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Spans that wait for the collector: a bounded number. Who ends one never waits: with the queue full it is dropped
/// and counted, and the log has a line when that begins and another when it is over.
final class SpanQueue implements SpanProcessor {

    private static final Logger LOG = Logger.getLogger(SpanQueue.class);

    private static final int BATCH = 512;

    private final int limit;
    private final SpanProcessor batches;

    /// Ended and neither sent nor given up.
    private final AtomicInteger waiting = new AtomicInteger();

    private final AtomicBoolean losing = new AtomicBoolean();
    private final Counter exported;
    private final Counter failed;
    private final Counter dropped;

    SpanQueue(SpanExporter exporter, int limit, Duration pause, MeterRegistry meters) {
        this.limit = limit;
        this.exported = counter(meters, "exported");
        this.failed = counter(meters, "failed");
        this.dropped = counter(meters, "dropped");
        this.batches = BatchSpanProcessor.builder(new Watched(exporter))
                .setMaxQueueSize(limit)
                .setMaxExportBatchSize(Math.min(BATCH, limit))
                .setScheduleDelay(pause)
                .build();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Nothing is done with it before it ends.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled()) {
            return;
        }
        if (waiting.incrementAndGet() > limit) {
            waiting.decrementAndGet();
            dropped.increment();
            lose("the collector does not keep up");
            return;
        }
        batches.onEnd(span);
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    private void settle(int spans, CompletableResultCode result) {
        waiting.addAndGet(-spans);
        if (result.isSuccess()) {
            exported.increment(spans);
            if (losing.compareAndSet(true, false)) {
                LOG.info("Spans reach the collector again.");
            }
        } else {
            failed.increment(spans);
            lose(why(result.getFailureThrowable()));
        }
    }

    private void lose(String why) {
        if (losing.compareAndSet(false, true)) {
            LOG.warnf("Spans are lost (%s); they are counted, and nothing else is affected.", why);
        }
    }

    private static String why(@Nullable Throwable failure) {
        Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
        return cause == null ? "the collector refused them" : cause.toString();
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("freshet.trace.spans")
                .description("Spans that the collector got, that it did not take, or that were dropped before")
                .tag("outcome", outcome)
                .register(meters);
    }

    private final class Watched implements SpanExporter {

        private final SpanExporter exporter;

        Watched(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            int count = spans.size();
            CompletableResultCode result = exporter.export(spans);
            result.whenComplete(() -> settle(count, result));
            return result;
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }
}
