package dev.freshet.push.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes framed bytes past the encoder of the connection's protocol, and where it may, past Netty as well,
/// straight to the socket.
///
/// The latter only while nothing waits for the socket, so that bytes cannot overtake others; what the socket does
/// not take then goes Netty's way, which waits for it. It is done once per turn of the event loop: what comes in
/// the same turn goes out together with a flush at its end.
///
/// It relies on this: the encoder keeps no state from one message to the next; a Netty channel's outbound buffer
/// stays the same while it is open; all that touches either runs on the channel's event loop. [Wires] decides for
/// which connections that holds.
class SocketWire implements Wire {

    /// What waits for a flush at the end of the turn, at most: then it is flushed at once.
    private static final int FLUSH_BYTES = 16 * 1024;

    private final Channel channel;
    private final ChannelHandlerContext context;
    private final ChannelOutboundBuffer waiting;
    private final @Nullable FileDescriptor socket;
    private final Framing framing;
    private final ChannelPromise ignored;
    private final Flusher flusher;
    private final boolean alone;
    private long turn = -1;
    private boolean toFlush;

    /// Whether nothing waits for sure, so that the memory of another object need not be fetched to find out.
    private boolean empty;

    /// @param context at whose place it writes, past what encodes
    /// @param waiting the channel's
    /// @param socket the channel's; `null` if only Netty may write to it
    /// @param alone whether nobody else writes to the connection, but to end it
    SocketWire(
            ChannelHandlerContext context,
            ChannelOutboundBuffer waiting,
            @Nullable FileDescriptor socket,
            Framing framing,
            boolean alone,
            ChannelPromise ignored,
            Flusher flusher) {
        this.channel = context.channel();
        this.context = context;
        this.waiting = waiting;
        this.socket = socket;
        this.framing = framing;
        this.alone = alone;
        this.ignored = ignored;
        this.flusher = flusher;
    }

    final Channel channel() {
        return channel;
    }

    /// Behind all that was written: these bytes as they are.
    ///
    /// @return when the socket took them
    final ChannelFuture last(ByteBuf bytes) {
        empty = false;
        return context.writeAndFlush(bytes);
    }

    /// Sets the bytes that may wait while the socket counts as keeping up.
    final void limit(int bytes) {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(bytes / 2, bytes));
    }

    @Override
    public final boolean isWritable() {
        return waiting.isWritable();
    }

    @Override
    public final long pending() {
        return waiting.totalPendingWriteBytes();
    }

    @Override
    public final void write(byte[] message) {
        ByteBuf bytes = channel.alloc().directBuffer(message.length + framing.overhead(1));
        framing.write(List.of(message), bytes);
        soon(bytes);
    }

    @Override
    public final boolean offer(Shared messages) {
        if (!empty && !waiting.isWritable()) {
            return false;
        }
        ByteBuf bytes = messages.as(framing);
        int length = bytes.readableBytes();
        int written = socket == null ? 0 : writeNow(socket, bytes, length);
        if (written < length) {
            soon(bytes.retainedSlice(bytes.readerIndex() + written, length - written));
        }
        return true;
    }

    /// @return how many bytes the socket took
    private int writeNow(FileDescriptor to, ByteBuf bytes, int length) {
        // Without Unsafe, as some JVMs are run, buffers do not tell where they are.
        if (turn == flusher.turn() || !bytes.hasMemoryAddress() || !isEmpty() || !to.isOpen()) {
            return 0;
        }
        turn = flusher.turn();
        try {
            int start = bytes.readerIndex();
            return Math.max(0, to.writeAddress(bytes.memoryAddress(), start, start + length));
        } catch (IOException broken) {
            // Netty finds out the same, and ends the connection as it does.
            return 0;
        }
    }

    private boolean isEmpty() {
        if (!empty) {
            if (waiting.totalPendingWriteBytes() != 0) {
                return false;
            }
            empty = alone;
        }
        return true;
    }

    /// Behind all that was written, with what else is written in this turn: these bytes as they are.
    final void soon(ByteBuf bytes) {
        empty = false;
        context.write(bytes, ignored);
        if (waiting.totalPendingWriteBytes() >= FLUSH_BYTES) {
            context.flush();
        } else if (!toFlush) {
            toFlush = true;
            flusher.add(this);
        }
    }

    final void flush() {
        toFlush = false;
        context.flush();
    }

    @Override
    public final void onceDrained(Runnable task) {
        empty = false;
        // Nothing, behind all that waits.
        context.writeAndFlush(Unpooled.EMPTY_BUFFER, channel.newPromise().addListener(written -> {
            if (written.isSuccess()) {
                channel.eventLoop().execute(task);
            }
        }));
    }
}
