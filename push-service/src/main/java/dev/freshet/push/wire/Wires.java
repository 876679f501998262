package dev.freshet.push.wire;

import dev.freshet.push.config.PushConfig;
import dev.freshet.service.http.Turn;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxHandler;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Finds the cheapest way to a connection's socket that is right for it. To be called on its event loop.
///
/// All that is known about the insides of Vert.x and Netty for it is here and in [SocketWire]: a connection whose
/// pipeline has something else in it than expected (TLS, HTTP/2, a compressor, what a later version may bring)
/// gets the public interface.
@Singleton
public final class Wires {

    private static final Logger LOG = Logger.getLogger(Wires.class);

    /// Vert.x's name of what looks at a connection's first request only. It is there during that request, and
    /// removes itself.
    private static final String HTTP_2_UPGRADE = "h2c";

    private final boolean direct;

    Wires(PushConfig config) {
        this.direct = config.directWrites();
    }

    /// The way of a stream.
    ///
    /// Over plain HTTP/1 the connection is taken over: what Vert.x and Quarkus keep for a request, more than half
    /// of what a stream takes, is let go, and as they see it the client has gone.
    ///
    /// @param request whose response has its head written, and is only written to and ended through the wire from
    ///     now on
    /// @param gone called when the connection has ended before the stream was, or perhaps once more; the
    ///     response's handlers are not
    public StreamWire ofStream(HttpServerRequest request, Flusher flusher, Runnable gone) {
        Framing framing = framing(request);
        if (direct && framing != null && request.connection() instanceof ConnectionBase connection) {
            Channel channel = connection.channel();
            ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
            if (waiting != null && isPlain(channel.pipeline())) {
                ChannelHandlerContext context = takeOver(channel, request, gone);
                return new SocketStream(context, waiting, socket(channel), framing, flusher);
            }
        }
        request.response().closeHandler(closed -> gone.run());
        request.response().exceptionHandler(failure -> gone.run());
        if (request.version() != HttpVersion.HTTP_2) {
            // Where another request waits behind this one, Vert.x fails over that one and does not tell the end.
            Sockets.onEnd(request.connection(), gone);
        }
        return new ResponseStream(request);
    }

    /// The way of a stream that ends before it has begun.
    public StreamWire ofResponse(HttpServerRequest request) {
        return new ResponseStream(request);
    }

    /// @param connection that was upgraded
    /// @param otherwise that goes another way, for text frames
    /// @param limit bytes that may wait while the socket counts as keeping up
    public FrameWire ofWebSocket(HttpConnection connection, Flusher flusher, int limit, FrameWire otherwise) {
        if (!direct || !(connection instanceof ConnectionBase base)) {
            return otherwise;
        }
        Channel channel = base.channel();
        ChannelHandlerContext encoder = frameEncoder(channel.pipeline());
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (encoder == null || waiting == null) {
            return otherwise;
        }
        SocketFrames found = new SocketFrames(encoder, waiting, socket(channel), base.voidPromise, flusher);
        found.limit(limit);
        return found;
    }

    /// @return `null` of a response that is framed another way
    private static @Nullable Framing framing(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_1_0) {
            return Framing.NONE;
        }
        return request.version() == HttpVersion.HTTP_1_1 && request.response().isChunked() ? Framing.CHUNK : null;
    }

    private static @Nullable FileDescriptor socket(Channel channel) {
        return channel instanceof UnixChannel unix ? unix.fd() : null;
    }

    /// Whether there is nothing but HTTP/1 on it.
    private static boolean isPlain(ChannelPipeline pipeline) {
        for (Map.Entry<String, ChannelHandler> entry : pipeline) {
            ChannelHandler handler = entry.getValue();
            if (!(handler instanceof HttpRequestDecoder
                    || handler instanceof HttpResponseEncoder
                    || isKnown(handler)
                    || entry.getKey().equals(HTTP_2_UPGRADE))) {
                return false;
            }
        }
        return pipeline.get(VertxHandler.class) != null;
    }

    /// @return the only place in the connection's pipeline
    private static ChannelHandlerContext takeOver(Channel channel, HttpServerRequest request, Runnable gone) {
        HttpServerResponse response = request.response();
        // Not `null`: Quarkus wraps what it is given, and would call it.
        response.closeHandler(closed -> {});
        response.exceptionHandler(failure -> {});
        if (request.version() == HttpVersion.HTTP_1_0) {
            // It would close the connection.
            response.endHandler(ended -> {});
        }
        ChannelPipeline pipeline = channel.pipeline();
        VertxHandler<?> vertx = pipeline.get(VertxHandler.class);
        List<ChannelHandler> others = new ArrayList<>();
        for (Map.Entry<String, ChannelHandler> entry : pipeline) {
            if (!entry.getKey().equals(HTTP_2_UPGRADE)) {
                others.add(entry.getValue());
            }
        }
        SocketStream.Ear ear = new SocketStream.Ear(gone);
        pipeline.addLast(ear);
        ChannelHandlerContext context = pipeline.context(ear);
        // The head, which Vert.x would flush at the end of this turn.
        pipeline.flush();
        // From the end, so that what a decoder still holds goes to nobody else.
        others.reversed().forEach(pipeline::remove);
        // Vert.x may have stopped to read, and who does not read is not told of the end.
        channel.config().setAutoRead(true);
        try {
            vertx.channelInactive(context);
        } catch (RuntimeException failure) {
            // Where another request waits behind this one, Vert.x looks for its response, which it has not made.
            LOG.debug("Vert.x could not let a connection go", failure);
        }
        Turn.isOurs(channel);
        return context;
    }

    /// The one encoder, if nothing else changes or holds back what is written.
    private static @Nullable ChannelHandlerContext frameEncoder(ChannelPipeline pipeline) {
        ChannelHandlerContext found = null;
        for (Map.Entry<String, ChannelHandler> entry : pipeline) {
            ChannelHandler handler = entry.getValue();
            if (handler instanceof WebSocketFrameEncoder) {
                found = pipeline.context(handler);
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
