package dev.freshet.service.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpanQueueTest {

    private static final int LIMIT = 100;

    /// A collector that answers when the test says so.
    private static final class Silent implements SpanExporter {

        private final LinkedBlockingQueue<CompletableResultCode> asked = new LinkedBlockingQueue<>();
        private volatile boolean failing;

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            CompletableResultCode result = new CompletableResultCode();
            asked.add(result);
            if (failing) {
                result.fail();
            }
            return result;
        }

        void failAll() {
            failing = true;
        }

        CompletableResultCode next() throws InterruptedException {
            CompletableResultCode result = asked.poll(20, TimeUnit.SECONDS);
            assertThat(result).as("asked").isNotNull();
            return result;
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Silent collector = new Silent();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(new SpanQueue(collector, LIMIT, Duration.ofMillis(10), meters))
            .build();
    private final Tracer tracer = provider.get("test");

    @AfterEach
    void end() throws InterruptedException {
        provider.shutdown();
        collector.asked.forEach(CompletableResultCode::succeed);
    }

    @Test
    void whileTheCollectorIsSilentSpansAreDroppedAndCountedAndNobodyWaits() throws InterruptedException {
        spans(1);
        CompletableResultCode first = collector.next();
        spans(10 * LIMIT);

        assertThat(count("dropped")).isEqualTo(9 * LIMIT + 1);
        assertThat(count("exported")).isZero();

        first.succeed();
        collector.next().succeed();
        awaitCount("exported", LIMIT);
        spans(LIMIT);
        assertThat(count("dropped")).as("there is room again").isEqualTo(9 * LIMIT + 1);
    }

    @Test
    void whatTheCollectorDoesNotTakeIsCountedAndMakesRoom() {
        collector.failAll();
        for (int round = 1; round <= 3; round++) {
            spans(LIMIT);
            awaitCount("failed", round * LIMIT);
        }

        assertThat(count("dropped")).isZero();
    }

    private void spans(int count) {
        for (int i = 0; i < count; i++) {
            tracer.spanBuilder("a").startSpan().end();
        }
    }

    /// A result is counted by the thread that exports, which may have it later than the collector gave it.
    private void awaitCount(String outcome, int count) {
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(count(outcome)).isEqualTo(count));
    }

    private double count(String outcome) {
        return meters.get("freshet.trace.spans")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
