package dev.freshet.service.trace;

import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Spans for appends to the log, each a child of what the events bring as `traceparent`. In the log the events have
/// the span as theirs, so that whatever reads them becomes its child. Events without a `traceparent`, or with one of
/// a trace that is not recorded, have no span and go as they are. Safe for any thread.
public final class AppendSpans {

    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final Tracer tracer;

    AppendSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /// One span for all events of one append that have the same parent.
    ///
    /// @param append of the events that it is given, to this partition
    public Future<List<EventId>> around(
            int partition, List<Event> events, Function<List<Event>, Future<List<EventId>>> append) {
        Map<String, Span> spans = new LinkedHashMap<>();
        List<Event> traced = new ArrayList<>(events.size());
        for (Event event : events) {
            String parent = event.traceparent();
            if (parent == null || !SpanContexts.isSampled(parent)) {
                traced.add(event);
            } else {
                Span span = spans.computeIfAbsent(parent, known -> start(partition, known));
                traced.add(event.withTraceparent(SpanContexts.text(span.getSpanContext())));
            }
        }
        if (spans.isEmpty()) {
            return append.apply(events);
        }
        if (events.size() > 1) {
            spans.forEach((parent, span) -> span.setAttribute(
                    MessagingNames.BATCH_SIZE,
                    events.stream()
                            .filter(event -> parent.equals(event.traceparent()))
                            .count()));
        }
        return append.apply(traced)
                .onSuccess(ids -> {
                    if (ids.size() == 1) {
                        spans.values()
                                .forEach(span -> span.setAttribute(
                                        MessagingNames.MESSAGE_ID,
                                        ids.getFirst().toString()));
                    }
                    spans.values().forEach(Span::end);
                })
                .onFailure(failure -> spans.values().forEach(span -> fail(span, failure)));
    }

    /// The same for an append that is a part of something else.
    ///
    /// @param append of an event with the `traceparent` that it is given
    public <T> Future<T> aroundPart(
            int partition, @Nullable String traceparent, Function<@Nullable String, Future<T>> append) {
        if (!SpanContexts.isSampled(traceparent)) {
            return append.apply(traceparent);
        }
        Span span = start(partition, Objects.requireNonNull(traceparent));
        return append.apply(SpanContexts.text(span.getSpanContext()))
                .onSuccess(done -> span.end())
                .onFailure(failure -> fail(span, failure));
    }

    private Span start(int partition, String parent) {
        return MessagingNames.append(tracer, SpanContexts.parent(parent), partition)
                .startSpan();
    }

    private static void fail(Span span, Throwable failure) {
        span.setAttribute(ERROR_TYPE, failure.getClass().getName());
        span.setStatus(StatusCode.ERROR);
        span.end();
    }
}
