package dev.freshet.push.websocket;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.message.ClientMessage.RoomMessage;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Limited.Limit;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What one connection says about typing: per room, the first message at once, and from then on one per interval,
/// the newest. Those in between are acknowledged and forgotten, for the last word is what counts. Confined to its
/// event loop.
final class Typing {

    private static final Logger LOG = Logger.getLogger(Typing.class);

    /// Where no interval is set, for what came when the connection's rate was used up.
    private static final long OVERFLOW_MS = 500;

    private final long intervalMs;
    private final LoopHub hub;
    private final Session session;
    private final MessageHandler handler;
    private final Limited limited;

    /// Rooms in whose interval we are, and what waits for its end.
    private final Map<Channel, Waiting> rooms = new HashMap<>(2);

    private static final class Waiting {
        @Nullable
        RoomMessage newest;
    }

    Typing(long intervalMs, LoopHub hub, Session session, MessageHandler handler, Limited limited) {
        this.intervalMs = intervalMs;
        this.hub = hub;
        this.session = session;
        this.handler = handler;
        this.limited = limited;
    }

    /// Sends it, or keeps it for the end of the room's interval.
    ///
    /// @param now whether it may be sent at once, as far as the connection's other messages are concerned
    Uni<Void> offer(RoomMessage message, boolean now) {
        Waiting waiting = rooms.get(message.room());
        if (waiting == null) {
            if (intervalMs == 0 && now) {
                return handler.handle(message, session);
            }
            waiting = new Waiting();
            rooms.put(message.room(), waiting);
            wait(message.room(), waiting);
            if (now) {
                return handler.handle(message, session);
            }
        }
        limited.count(Limit.TYPING);
        session.ack(message.id());
        waiting.newest = new RoomMessage(null, message.room(), message.payload(), message.echo());
        return Uni.createFrom().voidItem();
    }

    private void wait(Channel room, Waiting waiting) {
        hub.after(intervalMs > 0 ? intervalMs : OVERFLOW_MS, () -> {
            RoomMessage newest = waiting.newest;
            waiting.newest = null;
            if (newest == null || !session.isOpen()) {
                rooms.remove(room);
                return;
            }
            wait(room, waiting);
            handler.handle(newest, session)
                    .subscribe()
                    .with(done -> {}, failure -> LOG.error("Typing was not told, in a way not foreseen", failure));
        });
    }
}
