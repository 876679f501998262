package dev.freshet.push.websocket;

import dev.freshet.push.wire.FrameWire;
import dev.freshet.push.wire.Shared;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/// Writes text frames through WebSockets Next. What waits is counted here, for that has no bound of its own.
final class LibraryWire implements FrameWire {

    private static final Logger LOG = Logger.getLogger(LibraryWire.class);

    private final WebSocketConnection connection;
    private final int limit;
    private Runnable drained = () -> {};
    private long pending;

    /// @param limit bytes that may wait while the socket counts as keeping up
    LibraryWire(WebSocketConnection connection, int limit) {
        this.connection = connection;
        this.limit = limit;
    }

    @Override
    public boolean isWritable() {
        return pending <= limit;
    }

    @Override
    public long pending() {
        return pending;
    }

    @Override
    public void write(byte[] message) {
        pending += message.length;
        connection
                .sendText(new String(message, StandardCharsets.UTF_8))
                .subscribe()
                .with(
                        written -> written(message.length),
                        failure -> LOG.debugf("A frame was not written: %s", failure.getMessage()));
    }

    @Override
    public void ping() {
        connection
                .sendPing(Buffer.buffer())
                .subscribe()
                .with(written -> {}, failure -> LOG.debugf("A ping was not written: %s", failure.getMessage()));
    }

    @Override
    public boolean offer(Shared messages) {
        if (!isWritable()) {
            return false;
        }
        messages.messages().forEach(this::write);
        return true;
    }

    @Override
    public void onceDrained(Runnable task) {
        drained = task;
    }

    private void written(int bytes) {
        boolean wasFull = pending > limit;
        pending -= bytes;
        if (wasFull && pending <= limit) {
            Runnable task = drained;
            drained = () -> {};
            task.run();
        }
    }
}
