package dev.freshet.push.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
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

    /// Looks at the frames of a WebSocket before Vert.x does. To be called once, on its event loop.
    ///
    /// Text that is not UTF-8 Vert.x would hand on with replacement characters in it: nothing is read from then on
    /// but the client's close frame. Pongs go no further, for on an idle connection they are all that happens.
    ///
    /// @param notUtf8 closes it with 1007; called once, on the connection's event loop
    /// @param pong called for each pong, on the connection's event loop
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-8.1">RFC 6455, section 8.1</a>
    public static void watchFrames(HttpConnection connection, Runnable notUtf8, Runnable pong) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        String last = pipeline.context(VertxHandler.class).name();
        pipeline.addBefore(last, "frames", new Frames(notUtf8, pong));
    }

    private static final class Frames extends Utf8FrameValidator {

        private final Runnable notUtf8;
        private final Runnable pong;
        private boolean isViolated;

        Frames(Runnable notUtf8, Runnable pong) {
            // By itself it would close the connection at once, which may overtake the close frame.
            super(false);
            this.notUtf8 = notUtf8;
            this.pong = pong;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (isViolated && !(message instanceof CloseWebSocketFrame)) {
                ReferenceCountUtil.release(message);
                return;
            }
            if (message instanceof PongWebSocketFrame) {
                ReferenceCountUtil.release(message);
                pong.run();
                return;
            }
            try {
                super.channelRead(context, message);
            } catch (CorruptedWebSocketFrameException corrupted) {
                isViolated = true;
                notUtf8.run();
            }
        }
    }
}
