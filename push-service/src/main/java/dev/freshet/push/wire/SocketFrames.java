package dev.freshet.push.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.FileDescriptor;
import org.jspecify.annotations.Nullable;

/// The way of a WebSocket past its encoder. Not alone: Vert.x answers pings and close frames by itself.
final class SocketFrames extends SocketWire implements FrameWire {

    /// A final ping frame without a payload.
    private static final byte[] PING = {(byte) 0x89, 0};

    SocketFrames(
            ChannelHandlerContext context,
            ChannelOutboundBuffer waiting,
            @Nullable FileDescriptor socket,
            ChannelPromise ignored,
            Flusher flusher) {
        super(context, waiting, socket, Framing.TEXT_FRAME, false, ignored, flusher);
    }

    @Override
    public void ping() {
        soon(channel().alloc().directBuffer(PING.length).writeBytes(PING));
    }
}
