package dev.freshet.service.redis;

import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.VertxHandler;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Finds the channel of a Redis connection, which Vert.x does not show: it is the one that was connected on a
/// context of its own.
///
/// Where Vert.x does this another way there is none, and connections go without what is done to their channels.
final class OwnChannel {

    private OwnChannel() {}

    /// @param context on which nothing else was connected; it must be of the calling event loop
    static @Nullable Channel of(ContextInternal context) {
        if (!(context.nettyEventLoop() instanceof SingleThreadEventLoop loop) || !loop.inEventLoop()) {
            return null;
        }
        for (Iterator<Channel> all = loop.registeredChannelsIterator(); all.hasNext(); ) {
            Channel channel = all.next();
            VertxHandler<?> handler = channel.pipeline().get(VertxHandler.class);
            if (handler != null && handler.getConnection().getContext() == context) {
                return channel;
            }
        }
        return null;
    }
}
