package dev.freshet.push.websocket;

import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.contract.message.ServerMessageWriter;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.wire.FrameWire;
import dev.freshet.service.http.Connections;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.http.HttpConnection;
import org.jboss.logging.Logger;

/// What is written to one connection, until it closes. Confined to the connection's event loop.
final class Outbox {

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    /// A close frame waits behind all that waits already; a peer that does not take it in time is cut off.
    private static final long CLOSE_GRACE_MS = 5_000;

    /// So many times the limit may wait in answers.
    private static final int HARD_LIMIT = 16;

    private final WebSocketConnection connection;
    private final FrameWire wire;
    private final HttpConnection transport;
    private final LoopHub hub;
    private final PushMetrics metrics;
    private final int limit;
    private Runnable onClosing = () -> {};
    private boolean closing;

    /// @param limit bytes that may wait before the socket counts as not keeping up; the wire's own
    Outbox(
            WebSocketConnection connection,
            FrameWire wire,
            HttpConnection transport,
            LoopHub hub,
            PushMetrics metrics,
            int limit) {
        this.connection = connection;
        this.wire = wire;
        this.transport = transport;
        this.hub = hub;
        this.metrics = metrics;
        this.limit = limit;
    }

    /// Whether the socket keeps up.
    boolean isWritable() {
        return !closing && wire.isWritable();
    }

    /// Whether it takes messages; not after [#close] or [#cut()].
    boolean isOpen() {
        return !closing;
    }

    /// What is done as soon as it takes no messages any more, before its close frame is written.
    void onClosing(Runnable handler) {
        onClosing = handler;
    }

    void onceDrained(Runnable handler) {
        wire.onceDrained(handler);
    }

    /// Writes a message, unless the connection is closing. What answers a client's own messages is written also
    /// when the socket does not keep up; a client that goes on asking without reading is cut.
    void send(ServerMessage message) {
        if (wire.pending() > (long) HARD_LIMIT * limit && !closing) {
            metrics.error("slow-reader");
            close(CloseCode.TOO_SLOW);
        }
        send(ServerMessageWriter.write(message));
    }

    /// Writes a message as it is, unless the connection is closing.
    void send(byte[] message) {
        if (!closing) {
            wire.write(message);
        }
    }

    /// Asks for a pong, unless the connection is closing.
    void ping() {
        if (!closing) {
            wire.ping();
        }
    }

    void close(CloseCode code) {
        if (closing) {
            return;
        }
        closing = true;
        onClosing.run();
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
        Connections.cut(transport);
    }
}
