package dev.freshet.service.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/// The W3C trace context as text, and as OpenTelemetry has it. `tracestate` is not passed on.
///
/// @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context, traceparent</a>
public final class SpanContexts {

    private static final int TRACE = 3;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;

    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);

    private SpanContexts() {}

    /// Whether it can be a parent, and the last bit of its flags says that the trace is recorded.
    ///
    /// @param traceparent well-formed, as [TraceParent] has it
    public static boolean isSampled(@Nullable String traceparent) {
        return traceparent != null
                && (Character.digit(traceparent.charAt(FLAGS + 1), 16) & 1) == 1
                && canBeParent(traceparent);
    }

    private static boolean canBeParent(String traceparent) {
        return !traceparent.startsWith("ff")
                && !traceparent.startsWith(NO_TRACE, TRACE)
                && !traceparent.startsWith(NO_SPAN, SPAN);
    }

    /// The parent of a span. Without one, or with one that cannot be (zeros, the version `ff`), the span begins a
    /// trace.
    ///
    /// @param traceparent well-formed, as [TraceParent] has it
    public static Context parent(@Nullable String traceparent) {
        if (traceparent == null || !canBeParent(traceparent)) {
            return Context.root();
        }
        SpanContext remote = SpanContext.createFromRemoteParent(
                traceparent.substring(TRACE, SPAN - 1),
                traceparent.substring(SPAN, FLAGS - 1),
                TraceFlags.fromHex(traceparent, FLAGS),
                TraceState.getDefault());
        return Context.root().with(Span.wrap(remote));
    }

    static String text(SpanContext context) {
        return "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                + context.getTraceFlags().asHex();
    }
}
