package dev.freshet.push.wire;

import dev.freshet.push.config.PushConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the cheapest way to a connection's socket that is right for it. To be called on its event loop.
///
/// All that is known about the insides of Vert.x and Netty for it is here and in [SocketWire]: a connection whose
/// pipeline has something else in it than expected (TLS, HTTP/2, a compressor, what a later version may bring)
/// gets the public interface.
@Singleton
public final class Wires {

    private final boolean direct;

    Wires(PushConfig config) {
        this.direct = config.directWrites();
    }

    /// @param request whose response has its head written, and is only written to through the wire from now on,
    ///     but for its end
    public Wire ofStream(HttpServerRequest request, Flusher flusher) {
        Wire found = null;
        if (request.version() == HttpVersion.HTTP_1_1 && request.response().isChunked()) {
            found = past(request.connection(), HttpResponseEncoder.class, Framing.CHUNK, true, flusher);
        } else if (request.version() == HttpVersion.HTTP_1_0) {
            found = past(request.connection(), HttpResponseEncoder.class, Framing.NONE, true, flusher);
        }
        return found == null ? new ResponseWire(request.response()) : found;
    }

    /// @param connection that was upgraded
    /// @param otherwise that goes another way, for text frames
    /// @param limit bytes that may wait while the socket counts as keeping up
    public Wire ofWebSocket(HttpConnection connection, Flusher flusher, int limit, Wire otherwise) {
        // Vert.x answers pings and close frames by itself.
        SocketWire found = past(connection, WebSocketFrameEncoder.class, Framing.TEXT_FRAME, false, flusher);
        if (found == null) {
            return otherwise;
        }
        found.limit(limit);
        return found;
    }

    /// @return `null` if the connection is not as it must be for that
    private @Nullable SocketWire past(
            HttpConnection http, Class<?> encoder, Framing framing, boolean alone, Flusher flusher) {
        if (!direct || !(http instanceof ConnectionBase connection)) {
            return null;
        }
        Channel channel = connection.channel();
        ChannelHandlerContext context = encoder(channel, encoder);
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (context == null || waiting == null) {
            return null;
        }
        FileDescriptor socket = channel instanceof UnixChannel unix ? unix.fd() : null;
        return new SocketWire(context, waiting, socket, framing, alone, connection.voidPromise, flusher);
    }

    /// The one encoder, if nothing else changes or holds back what is written.
    private static @Nullable ChannelHandlerContext encoder(Channel channel, Class<?> encoder) {
        ChannelHandlerContext found = null;
        for (Map.Entry<String, ChannelHandler> entry : channel.pipeline()) {
            ChannelHandler handler = entry.getValue();
            if (encoder.isInstance(handler)) {
                found = channel.pipeline().context(handler);
            } else if (handler instanceof ChannelOutboundHandler && !isKnown(handler)) {
                return null;
            }
        }
        return found;
    }

    private static boolean isKnown(ChannelHandler handler) {
        return handler instanceof VertxHandler<?> || handler instanceof IdleStateHandler;
    }
}
