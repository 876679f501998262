package dev.freshet.push.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.util.ReferenceCountUtil;
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
    /// was written is with the socket, and so for ever, and keep it in memory. To be called on its event loop.
    public static void cut(HttpConnection connection) {
        cut(((ConnectionBase) connection).channel());
    }

    static void cut(Channel channel) {
        // Else the system keeps what was written, some megabytes, until the peer takes it or is given up after minutes.
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Past Vert.x, which would wait as well.
        channel.unsafe().close(channel.voidPromise());
    }

    /// Notices text of a WebSocket that is not UTF-8. Vert.x would hand it on with replacement characters in it.
    /// Nothing is read from then on but the client's close frame.
    ///
    /// @param violated closes it with 1007; called once, on the connection's event loop
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-8.1">RFC 6455, section 8.1</a>
    public static void requireUtf8(HttpConnection connection, Runnable violated) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        ChannelHandlerContext last = pipeline.context(VertxHandler.class);
        if (last != null) {
            pipeline.addBefore(last.name(), "utf8", new Utf8(violated));
        }
    }

    private static final class Utf8 extends Utf8FrameValidator {

        private final Runnable violated;
        private boolean isViolated;

        Utf8(Runnable violated) {
            // By itself it would close the connection at once, which may overtake the close frame.
            super(false);
            this.violated = violated;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (isViolated && !(message instanceof CloseWebSocketFrame)) {
                ReferenceCountUtil.release(message);
                return;
            }
            try {
                super.channelRead(context, message);
            } catch (CorruptedWebSocketFrameException notUtf8) {
                isViolated = true;
                violated.run();
            }
        }
    }
}
