package dev.freshet.push.websocket;

import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.contract.message.ServerMessageWriter;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Sockets;
import dev.freshet.push.metrics.PushMetrics;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/// What waits to be written to one connection: counted here, for WebSockets Next has no bound of its own.
/// Confined to the connection's event loop.
final class Outbox {

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    /// A close frame waits behind all that waits already; a peer that does not take it in time is cut off.
    private static final long CLOSE_GRACE_MS = 5_000;

    /// So many times the limit may wait in answers.
    private static final int HARD_LIMIT = 16;

    private final WebSocketConnection connection;
    private final HttpConnection transport;
    private final LoopHub hub;
    private final PushMetrics metrics;
    private final int limit;
    private Runnable drained = () -> {};
    private long pending;
    private boolean closing;

    Outbox(WebSocketConnection connection, HttpConnection transport, LoopHub hub, PushMetrics metrics, int limit) {
        this.connection = connection;
        this.transport = transport;
        this.hub = hub;
        this.metrics = metrics;
        this.limit = limit;
    }

    void send(ServerMessage message) {
        send(new String(ServerMessageWriter.write(message), StandardCharsets.UTF_8));
    }

    /// Whether the socket keeps up; if not, the drain handler is called when it does again.
    boolean isWritable() {
        return !closing && pending <= limit;
    }

    /// Whether it takes messages; not after [#close] or [#cut()].
    boolean isOpen() {
        return !closing;
    }

    void onDrain(Runnable handler) {
        drained = handler;
    }

    /// Writes a text frame, unless the connection is closing. What answers a client's own messages is written
    /// also when the socket does not keep up; a client that goes on asking without reading is cut.
    void send(String text) {
        if (closing) {
            return;
        }
        if (pending > (long) HARD_LIMIT * limit) {
            metrics.error("slow-reader");
            close(CloseCode.TOO_SLOW);
            return;
        }
        int size = text.length();
        pending += size;
        connection
                .sendText(text)
                .subscribe()
                .with(
                        written -> written(size),
                        failure -> LOG.debugf("A frame was not written: %s", failure.getMessage()));
    }

    private void written(int size) {
        boolean wasFull = pending > limit;
        pending -= size;
        if (wasFull && pending <= limit) {
            drained.run();
        }
    }

    void ping() {
        connection
                .sendPing(Buffer.buffer())
                .subscribe()
                .with(written -> {}, failure -> LOG.debugf("A ping was not written: %s", failure.getMessage()));
    }

    void close(CloseCode code) {
        if (closing) {
            return;
        }
        closing = true;
        connection
                .close(new CloseReason(code.code(), code.reason()))
                .subscribe()
                .with(closed -> {}, failure -> LOG.debugf("A close frame was not written: %s", failure.getMessage()));
        hub.after(CLOSE_GRACE_MS, this::cut);
    }

    /// Ends the connection without a word: nobody listens. Does nothing if it has ended.
    void cut() {
        closing = true;
        // Whether the WebSocket is open does not matter: it counts as closed while its close frame waits.
        Sockets.cut(transport);
    }
}
