package dev.freshet.push.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages that many connections of one event loop get: framed once, whatever their number. Confined to that
/// event loop; whoever made it releases it when it is written to the last of them.
public final class Shared {

    private final ByteBufAllocator allocator;
    private final List<byte[]> messages;
    private final @Nullable ByteBuf[] framed = new @Nullable ByteBuf[Framing.values().length];

    /// @param messages not to be changed any more
    public Shared(ByteBufAllocator allocator, List<byte[]> messages) {
        this.allocator = allocator;
        this.messages = messages;
    }

    /// As they are without a frame.
    public List<byte[]> messages() {
        return messages;
    }

    /// The same buffer for all; who keeps it longer than the call takes a duplicate that is retained.
    ByteBuf as(Framing framing) {
        ByteBuf known = framed[framing.ordinal()];
        if (known == null) {
            // Direct, for what is not would be copied for each connection.
            known = allocator.directBuffer(Framing.bytes(messages) + framing.overhead(messages.size()));
            framing.write(messages, known);
            framed[framing.ordinal()] = known;
        }
        return known;
    }

    public void release() {
        for (int i = 0; i < framed.length; i++) {
            ByteBuf buffer = framed[i];
            if (buffer != null) {
                framed[i] = null;
                buffer.release();
            }
        }
    }
}
