package dev.freshet.service.http;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/// Whose turn it is on one connection: the client's, until it has sent a whole request, or ours. Confined to the
/// connection's event loop. Moments are those of [System#nanoTime()].
final class Turn {

    private long since;
    private boolean first = true;
    private int requests;
    private @Nullable HttpServerRequest body;

    Turn(long now) {
        since = now;
    }

    /// A head has come.
    ///
    /// @param withBody whose body is on its way; `null` if there is none
    void begin(@Nullable HttpServerRequest withBody, long now) {
        first = false;
        requests++;
        body = withBody;
        since = now;
    }

    /// An answer has gone.
    void end(long now) {
        requests--;
        body = null;
        since = now;
    }

    /// Whether it has had an answer and asked for nothing more, as far as one can see.
    boolean isIdle() {
        return !first && requests == 0;
    }

    /// Whether the client takes longer than it may.
    boolean isOverdue(HttpDeadlines.Limits limits, long now) {
        if (requests == 0) {
            return now - since > (first ? limits.headNanos() : limits.keepAliveNanos());
        }
        if (body != null && body.isEnded()) {
            body = null;
        }
        return body != null && now - since > limits.bodyNanos();
    }
}
