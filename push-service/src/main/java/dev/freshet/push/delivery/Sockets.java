package dev.freshet.push.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

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

    /// From now on a text frame that is not UTF-8 ends the WebSocket. Vert.x would hand on text with replacement
    /// characters in it.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-8.1">RFC 6455, section 8.1</a>
    public static void requireUtf8(HttpConnection connection) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        ChannelHandlerContext last = pipeline.context(VertxHandler.class);
        if (last != null && pipeline.get(Utf8FrameValidator.class) == null) {
            pipeline.addBefore(last.name(), "utf8", new Utf8FrameValidator());
        }
    }
}
