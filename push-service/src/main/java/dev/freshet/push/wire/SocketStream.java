package dev.freshet.push.wire;

import dev.freshet.service.http.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way of a stream whose connection was taken over: nothing else is on it any more.
final class SocketStream extends SocketWire implements StreamWire {

    /// All that listens to the connection.
    static final class Ear extends ChannelInboundHandlerAdapter {

        private final Runnable gone;

        /// @param gone called when the connection has ended
        Ear(Runnable gone) {
            this.gone = gone;
        }

        /// The client has nothing more to say; to close its side is enough.
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            gone.run();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            context.close();
        }
    }

    private final Framing framing;

    SocketStream(
            ChannelHandlerContext context,
            ChannelOutboundBuffer waiting,
            @Nullable FileDescriptor socket,
            Framing framing,
            Flusher flusher) {
        super(context, waiting, socket, framing, true, context.voidPromise(), flusher);
        this.framing = framing;
    }

    @Override
    public Future<Void> end(byte[] last) {
        byte[] end = framing.end();
        ByteBuf bytes = channel().alloc().directBuffer(last.length + framing.overhead(1) + end.length);
        if (last.length > 0) {
            framing.write(List.of(last), bytes);
        }
        bytes.writeBytes(end);
        Promise<Void> promise = Promise.promise();
        last(bytes).addListener(written -> {
            channel().close();
            if (written.isSuccess()) {
                promise.complete();
            } else {
                promise.fail(written.cause());
            }
        });
        return promise.future();
    }

    @Override
    public void cut() {
        Connections.cut(channel());
    }
}
