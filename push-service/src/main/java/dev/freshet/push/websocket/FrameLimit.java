package dev.freshet.push.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;

/// Notices a frame over the decoder's limit by its head, before Vert.x does, which would end the connection
/// without a code: so it can be closed with 1009 like every other message that is too big. The decoder throws
/// away what comes after.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1">RFC 6455, section 7.4.1</a>
final class FrameLimit extends ChannelInboundHandlerAdapter {

    private final Runnable exceeded;

    private FrameLimit(Runnable exceeded) {
        this.exceeded = exceeded;
    }

    /// On the connection's event loop, once it is a WebSocket.
    ///
    /// @param exceeded closes it; called there, too
    static void watch(HttpConnection connection, Runnable exceeded) {
        Channel channel = ((ConnectionBase) connection).channel();
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext last = pipeline.context(VertxHandler.class);
        if (last != null) {
            pipeline.addBefore(last.name(), "frameLimit", new FrameLimit(exceeded));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted
                && WebSocketCloseStatus.MESSAGE_TOO_BIG.equals(corrupted.closeStatus())) {
            exceeded.run();
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
