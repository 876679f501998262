package dev.freshet.service.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Takes the entries out of `XREAD`'s replies ahead of Vert.x's parser, for which each text is five objects and
/// two copies: a third of what a tail did. The parser gets their number instead, so it knows that the command was
/// answered.
///
/// Everything else passes as it is. Confined to the connection's event loop.
final class EntryReplies extends ChannelInboundHandlerAdapter {

    private final EntryParser parser = new EntryParser();
    private @Nullable EntrySink sink;

    /// The next bytes are the reply to an `XREAD` of one stream.
    void expect(EntrySink next) {
        sink = next;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        EntrySink into = sink;
        if (into == null || !(message instanceof ByteBuf buffer)) {
            context.fireChannelRead(message);
            return;
        }
        EntryParser.Outcome outcome;
        try {
            outcome = parser.take(buffer, into);
        } catch (RuntimeException | Error failure) {
            // What follows has no beginning.
            sink = null;
            context.fireExceptionCaught(failure);
            context.close();
            return;
        } finally {
            buffer.release();
        }
        if (outcome != EntryParser.Outcome.MORE) {
            sink = null;
            if (outcome == EntryParser.Outcome.DONE) {
                byte[] number = (":" + parser.entries() + "\r\n").getBytes(StandardCharsets.US_ASCII);
                context.fireChannelRead(Unpooled.wrappedBuffer(number));
            }
            byte[] rest = parser.rest();
            if (rest.length > 0) {
                context.fireChannelRead(Unpooled.wrappedBuffer(rest));
            }
        }
    }
}
