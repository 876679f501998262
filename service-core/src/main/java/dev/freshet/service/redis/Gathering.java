package dev.freshet.service.redis;

import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.impl.ContextInternal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Has the commands that are sent in one turn of an event loop leave in one system call, instead of one each.
/// None waits longer for that than the turn takes, in which nobody would read its answer.
///
/// Vert.x shows no channel of a Redis connection, so this looks for it among those of the event loop.
final class Gathering {

    private Gathering() {}

    /// Does so for the connections of the calling event loop that go to this port.
    static void begin(int port) {
        ContextInternal context = ContextInternal.current();
        if (context == null
                || !(context.nettyEventLoop() instanceof SingleThreadEventLoop loop)
                || !loop.inEventLoop()) {
            return;
        }
        List<Channel> found = new ArrayList<>();
        for (Iterator<Channel> all = loop.registeredChannelsIterator(); all.hasNext(); ) {
            Channel channel = all.next();
            if (channel.parent() == null
                    && channel.remoteAddress() instanceof InetSocketAddress address
                    && address.getPort() == port
                    && channel.pipeline().get(FlushConsolidationHandler.class) == null) {
                found.add(channel);
            }
        }
        // First: below TLS, too.
        found.forEach(channel -> channel.pipeline()
                .addFirst(new FlushConsolidationHandler(
                        FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true)));
    }
}
