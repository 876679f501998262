package dev.freshet.service.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.json.JsonText;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppendSpansTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final EventId ID = new EventId(2, new StreamId(5, 0), "abcdefgh");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final AppendSpans spans = new AppendSpans(SdkTracerProvider.builder()
            .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));
    private final List<@Nullable String> written = new ArrayList<>();

    @Test
    void anEventGoesIntoTheLogWithTheSpanOfItsAppend() {
        append(PARENT);

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getName()).isEqualTo("append events:{2}");
        assertThat(span.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(span.getParentSpanContext().getSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(text(span, "messaging.system")).isEqualTo("redis");
        assertThat(text(span, "messaging.operation.name")).isEqualTo("append");
        assertThat(text(span, "messaging.operation.type")).isEqualTo("send");
        assertThat(text(span, "messaging.destination.name")).isEqualTo("events:{2}");
        assertThat(text(span, "messaging.message.id")).isEqualTo(ID.toString());
        assertThat(written).containsExactly("00-" + TRACE + "-" + span.getSpanId() + "-01");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void whatIsNotRecordedOrCannotBeAParentGoesAsItIs(@Nullable String traceparent) {
        append(traceparent);

        assertThat(exporter.getFinishedSpanItems()).isEmpty();
        assertThat(written).containsExactly(traceparent);
    }

    @Test
    void eventsOfOneAppendShareASpanUnlessTheyHaveDifferentParents() {
        String other = PARENT.replace("00f067aa0ba902b7", "00f067aa0ba902b8");
        append(PARENT, null, other, PARENT);

        assertThat(exporter.getFinishedSpanItems())
                .extracting(span -> span.getAttributes().get(AttributeKey.longKey("messaging.batch.message_count")))
                .containsExactly(2L, 1L);
        assertThat(written.get(0)).isEqualTo(written.get(3)).isNotEqualTo(written.get(2));
        assertThat(written.get(1)).isNull();
    }

    @Test
    void anAppendThatFailsSaysSo() {
        Future<List<EventId>> failed = spans.around(
                2, List.of(event(PARENT)), events -> Future.failedFuture(new IllegalStateException("secret")));

        assertThat(failed.failed()).isTrue();
        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.toString()).contains("IllegalStateException").doesNotContain("secret");
    }

    @Test
    void aPartOfSomethingElseHasASpanTheSameWay() {
        spans.aroundPart(1, PARENT, traceparent -> {
            written.add(traceparent);
            return Future.succeededFuture("done");
        });
        spans.aroundPart(1, null, traceparent -> {
            written.add(traceparent);
            return Future.succeededFuture("done");
        });

        SpanData span = exporter.getFinishedSpanItems().getFirst();
        assertThat(exporter.getFinishedSpanItems()).hasSize(1);
        assertThat(written).containsExactly("00-" + TRACE + "-" + span.getSpanId() + "-01", null);
    }

    private void append(@Nullable String... traceparents) {
        List<Event> events = new ArrayList<>();
        for (String traceparent : traceparents) {
            events.add(event(traceparent));
        }
        spans.around(2, events, given -> {
            given.forEach(event -> written.add(event.traceparent()));
            return Future.succeededFuture(given.stream().map(event -> ID).toList());
        });
    }

    private static Event event(@Nullable String traceparent) {
        return Event.of(Channel.room("r"), "a", JsonText.payload("1")).withTraceparent(traceparent);
    }

    private static String text(SpanData span, String key) {
        return Objects.requireNonNull(span.getAttributes().get(AttributeKey.stringKey(key)), key);
    }
}
