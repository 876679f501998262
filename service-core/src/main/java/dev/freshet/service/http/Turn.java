package dev.freshet.service.http;

import io.netty.channel.Channel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/// Whose turn it is on one connection: the client's, until it has sent a whole request, or ours. Confined to the
/// connection's event loop. Moments are those of [System#nanoTime()].
public final class Turn {

    private static final AttributeKey<Turn> KEY = AttributeKey.valueOf(Turn.class.getName());

    /// Nobody changes it, for nothing else comes to pass on such a connection.
    private static final Turn OURS = new Turn(0);

    static {
        OURS.begin(null, 0);
    }

    private long since;
    private boolean first = true;
    private int requests;
    private @Nullable HttpServerRequest body;

    Turn(long now) {
        since = now;
    }

    /// The turn of a connection. To be called on its event loop.
    static Turn of(Channel channel) {
        Attribute<Turn> attribute = channel.attr(KEY);
        Turn turn = attribute.get();
        if (turn == null) {
            turn = new Turn(System.nanoTime());
            attribute.set(turn);
        }
        return turn;
    }

    /// From now on it is ours, for as long as the connection lives: it serves one answer, and no more requests.
    /// To be called on its event loop.
    public static void isOurs(Channel channel) {
        channel.attr(KEY).set(OURS);
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
