package dev.freshet.push.delivery;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// What Vert.x's interface does not offer for a connection.
public final class Sockets {

    private Sockets() {}

    /// Ends a connection at once, also if its peer takes nothing. [HttpConnection#close()] would wait until what
    /// was written is with the socket, and so for ever, and keep it in memory.
    public static void cut(HttpConnection connection) {
        ((ConnectionBase) connection).channel().close();
    }
}
