package dev.freshet.push.trace;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.service.trace.MessagingNames;
import dev.freshet.service.trace.SpanContexts;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Spans for events on their way from the log to connections: one per event, however many connections get it. An
/// event whose `traceparent` says that its trace is recorded has one, as a child of that; no other has: pods that
/// drew for themselves would begin a trace each. Safe for any thread.
public final class DeliverySpans {

    private static final AttributeKey<String> CHANNEL_KIND = AttributeKey.stringKey("freshet.channel.kind");
    private static final AttributeKey<String> EVENT_TYPE = AttributeKey.stringKey("freshet.event.type");

    private final Tracer tracer;
    private final int loops;

    /// @param loops that deliver each batch
    public DeliverySpans(Tracer tracer, int loops) {
        this.tracer = tracer;
        this.loops = loops;
    }

    /// Begins the spans of events that were just taken off the log.
    ///
    /// @param events in the batch's order
    /// @return `null` if none of them has one
    public @Nullable BatchSpans begin(List<LoggedEvent> events) {
        @Nullable Span[] spans = null;
        for (int i = 0; i < events.size(); i++) {
            LoggedEvent event = events.get(i);
            if (SpanContexts.isSampled(event.event().traceparent())) {
                if (spans == null) {
                    spans = new @Nullable Span[events.size()];
                }
                spans[i] = begin(event);
            }
        }
        return spans == null ? null : new BatchSpans(spans, loops);
    }

    private Span begin(LoggedEvent event) {
        return MessagingNames.deliver(
                        tracer,
                        SpanContexts.parent(event.event().traceparent()),
                        event.id().partition())
                .setAttribute(MessagingNames.MESSAGE_ID, event.id().toString())
                .setAttribute(CHANNEL_KIND, event.event().channel().kind().word())
                .setAttribute(EVENT_TYPE, event.event().type())
                .startSpan();
    }
}
