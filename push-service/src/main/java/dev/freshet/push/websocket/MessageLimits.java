package dev.freshet.push.websocket;

import dev.freshet.contract.message.ClientMessage;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Limited.Limit;
import dev.freshet.service.limit.TokenBucket;
import io.smallrye.mutiny.Uni;

/// What one connection may send: between its socket and the [MessageHandler]. Confined to its event loop.
///
/// A message over the rate is refused and not done. Who goes on nevertheless is closed with 4029, so that a flood
/// ends instead of being answered for ever.
final class MessageLimits {

    private final Session session;
    private final MessageHandler handler;
    private final Limited limited;
    private final TokenBucket messages;
    private final TokenBucket joins;
    private final TokenBucket refused;
    private final Typing typing;
    private boolean closed;

    MessageLimits(MessageRates rates, LoopHub hub, Session session, MessageHandler handler, Limited limited) {
        long now = System.nanoTime();
        this.session = session;
        this.handler = handler;
        this.limited = limited;
        this.messages = new TokenBucket(rates.messages(), now);
        this.joins = new TokenBucket(rates.joins(), now);
        this.refused = new TokenBucket(rates.refused(), now);
        this.typing = new Typing(rates.typingMs(), hub, session, handler, limited);
    }

    /// Does what a message asks, or refuses it. Completes when that is done.
    Uni<Void> handle(ClientMessage message) {
        if (closed) {
            return Uni.createFrom().voidItem();
        }
        long now = System.nanoTime();
        boolean fits = messages.take(now);
        if (message instanceof ClientMessage.RoomMessage room && handler.isTyping(room, session)) {
            return fits || tolerates(now)
                    ? typing.offer(room, fits)
                    : Uni.createFrom().voidItem();
        }
        if (!fits) {
            return refuse(message, Limit.MESSAGES, now);
        }
        if (isJoin(message) && !joins.take(now)) {
            return refuse(message, Limit.JOINS, now);
        }
        return handler.handle(message, session);
    }

    /// Counts a ping or a pong, which has no answer.
    void control() {
        long now = System.nanoTime();
        if (!closed && !messages.take(now)) {
            limited.count(Limit.MESSAGES);
            tolerates(now);
        }
    }

    private Uni<Void> refuse(ClientMessage message, Limit limit, long now) {
        limited.count(limit);
        session.error(message.id(), ErrorCode.RATE_LIMITED, "Too many messages; this one was not taken.");
        tolerates(now);
        return Uni.createFrom().voidItem();
    }

    /// Whether the connection may go on, one message over the rate later.
    private boolean tolerates(long now) {
        if (refused.take(now)) {
            return true;
        }
        closed = true;
        limited.count(Limit.CLOSED);
        session.tooFast();
        return false;
    }

    /// Each may read a history, or a list of members.
    private static boolean isJoin(ClientMessage message) {
        return switch (message) {
            case ClientMessage.JoinRoom join -> true;
            case ClientMessage.Subscribe subscribe -> true;
            case ClientMessage.ListPresence list -> true;
            default -> false;
        };
    }
}
