package dev.freshet.contract.log;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The W3C trace context header, passed from producer to reader. A malformed one is dropped and never an error, as the
/// recommendation asks.
///
/// @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context, traceparent</a>
public final class TraceParent {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private TraceParent() {}

    /// `text` if it is well-formed, else `null`.
    public static @Nullable String orNull(@Nullable String text) {
        return text != null && text.length() == 55 && FORM.matcher(text).matches() ? text : null;
    }
}
