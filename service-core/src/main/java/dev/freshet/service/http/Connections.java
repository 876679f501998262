package dev.freshet.service.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// How to end connections whose peers do not help.
public final class Connections {

    private Connections() {}

    /// Ends a connection at once, also if its peer takes nothing. [HttpConnection#close()] would wait until what
    /// was written is with the socket, and so for ever, and keep it in memory. To be called on its event loop.
    public static void cut(HttpConnection connection) {
        cut(((ConnectionBase) connection).channel());
    }

    /// The same, of the channel below it.
    public static void cut(Channel channel) {
        // Else the system keeps what was written, some megabytes, until the peer takes it or is given up after minutes.
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Past Vert.x, which would wait as well.
        channel.unsafe().close(channel.voidPromise());
    }
}
