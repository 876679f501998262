package dev.freshet.push.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// What Vert.x's interface does not offer for a connection.
public final class Sockets {

    private Sockets() {}

    /// Runs a task once the connection has ended, however it does, and whatever it is upgraded to. At once if it
    /// has.
    public static void onEnd(HttpConnection connection, Runnable task) {
        ((ConnectionBase) connection).channel().closeFuture().addListener(closed -> task.run());
    }

    /// Ends a connection at once, also if its peer takes nothing. [HttpConnection#close()] would wait until what
    /// was written is with the socket, and so for ever, and keep it in memory.
    public static void cut(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        // Else the system keeps what was written, some megabytes, until the peer takes it or is given up after minutes.
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }
}
