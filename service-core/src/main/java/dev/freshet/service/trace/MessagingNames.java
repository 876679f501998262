package dev.freshet.service.trace;

import dev.freshet.contract.log.Keys;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/// What OpenTelemetry calls the parts of a messaging system. The log is one.
///
/// @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">Semantic conventions for
///     messaging spans</a>
public final class MessagingNames {

    public static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("messaging.batch.message_count");

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");

    private MessagingNames() {}

    /// The span of one or more entries that go into the log.
    static SpanBuilder append(Tracer tracer, Context parent, int partition) {
        return span(tracer, parent, SpanKind.PRODUCER, "append", "send", partition);
    }

    /// The span of one entry's way from the log to the connections of this process.
    public static SpanBuilder deliver(Tracer tracer, Context parent, int partition) {
        return span(tracer, parent, SpanKind.CONSUMER, "deliver", "process", partition);
    }

    private static SpanBuilder span(
            Tracer tracer, Context parent, SpanKind kind, String operation, String type, int partition) {
        String stream = Keys.events(partition);
        return tracer.spanBuilder(operation + " " + stream)
                .setParent(parent)
                .setSpanKind(kind)
                .setAttribute(SYSTEM, "redis")
                .setAttribute(OPERATION, operation)
                .setAttribute(OPERATION_TYPE, type)
                .setAttribute(DESTINATION, stream);
    }
}
