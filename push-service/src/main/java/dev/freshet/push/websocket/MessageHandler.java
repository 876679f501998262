package dev.freshet.push.websocket;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.admission.Tickets;
import dev.freshet.push.config.DirectMessagesConfig;
import dev.freshet.push.presence.Presence;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.log.IdempotencyConflict;
import dev.freshet.service.log.IdempotencyKey;
import dev.freshet.service.log.Log;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.publish.PublishRate;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Does what clients ask over WebSocket. A message with an id is answered by exactly one `ack` or `error`.
@Singleton
final class MessageHandler {

    private static final Logger LOG = Logger.getLogger(MessageHandler.class);

    /// An id of this length or more is unlikely to be a counter, and is taken as an idempotency key.
    private static final int IDEMPOTENCY_ID_LENGTH = 16;

    private final Log log;
    private final Tickets tickets;
    private final RoomMessages rooms;
    private final InboundMessages inbound;
    private final Presence presence;
    private final PublishRate rate;
    private final boolean directMessagesForEveryone;

    MessageHandler(
            Log log,
            Tickets tickets,
            RoomMessages rooms,
            InboundMessages inbound,
            Presence presence,
            PublishRate rate,
            DirectMessagesConfig directMessages) {
        this.log = log;
        this.tickets = tickets;
        this.rooms = rooms;
        this.inbound = inbound;
        this.presence = presence;
        this.rate = rate;
        this.directMessagesForEveryone = directMessages.senders() == DirectMessagesConfig.Senders.EVERYONE;
    }

    /// Completes when the message is done, so that a client's messages take effect in the order in which it sent
    /// them.
    Uni<Void> handle(ClientMessage message, Session session) {
        return switch (message) {
            case ClientMessage.JoinRoom join -> {
                if (!session.caller().mayFollow(join.room())) {
                    yield forbidden(session, join, join.room());
                }
                yield onceReady(session, join, join.after(), () -> session.join(join.room(), join.after()));
            }
            case ClientMessage.LeaveRoom leave -> {
                session.leave(leave.room());
                done(session, leave, true);
                yield Uni.createFrom().voidItem();
            }
            case ClientMessage.Subscribe subscribe -> {
                if (!session.caller().mayFollow(subscribe.channel())) {
                    yield forbidden(session, subscribe, subscribe.channel());
                }
                yield onceReady(
                        session,
                        subscribe,
                        subscribe.after(),
                        () -> Future.succeededFuture(session.subscribe(subscribe.channel(), subscribe.after())));
            }
            case ClientMessage.Unsubscribe unsubscribe -> {
                if (unsubscribe.channel().equals(session.caller().ownChannel())) {
                    session.error(unsubscribe.id(), ErrorCode.INVALID_MESSAGE, "The own channel is always followed.");
                    yield Uni.createFrom().voidItem();
                }
                session.unsubscribe(unsubscribe.channel(), null);
                done(session, unsubscribe, true);
                yield Uni.createFrom().voidItem();
            }
            case ClientMessage.RoomMessage roomMessage -> {
                if (!session.caller().mayPublish(roomMessage.room())) {
                    yield forbidden(session, roomMessage, roomMessage.room());
                }
                yield append(
                        session, roomMessage, roomMessage.payload(), () -> rooms.event(roomMessage, session.caller()));
            }
            case ClientMessage.DirectMessage direct -> {
                if (!directMessagesForEveryone && !session.caller().publish().allow(direct.to())) {
                    yield forbidden(session, direct, direct.to());
                }
                yield append(session, direct, direct.payload(), () -> rooms.direct(direct, session.caller()));
            }
            case ClientMessage.Refresh refresh -> refresh(session, refresh);
            case ClientMessage.ListPresence list -> {
                if (!session.caller().mayFollow(list.room())) {
                    yield forbidden(session, list, list.room());
                }
                yield list(session, list);
            }
            case ClientMessage.Inbound inbound -> inbound(session, inbound);
            case ClientMessage.Invalid invalid -> {
                session.error(invalid.id(), ErrorCode.INVALID_MESSAGE, invalid.reason());
                yield Uni.createFrom().voidItem();
            }
        };
    }

    /// Whether it says that somebody types, in a room where its sender may say so.
    boolean isTyping(ClientMessage.RoomMessage message, Session session) {
        return session.caller().mayPublish(message.room()) && rooms.isTyping(message);
    }

    /// @param task says whether there is room for the channel
    private static Uni<Void> onceReady(
            Session session, ClientMessage message, @Nullable String after, Supplier<Future<Boolean>> task) {
        Future<Void> done = session.ready(after)
                .compose(ready -> session.isOpen() ? task.get() : Future.failedFuture("closed"))
                .onSuccess(fits -> done(session, message, fits))
                .onFailure(failure -> session.error(
                        message.id(), ErrorCode.UNAVAILABLE, "What was missed cannot be read now; try again."))
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return Uni.createFrom().completionStage(done::toCompletionStage);
    }

    private static void done(Session session, ClientMessage message, boolean fits) {
        if (fits) {
            session.ack(message.id());
        } else {
            session.error(message.id(), ErrorCode.RATE_LIMITED, "The connection follows too many channels.");
        }
    }

    private static Uni<Void> forbidden(Session session, ClientMessage message, Channel channel) {
        session.error(message.id(), ErrorCode.FORBIDDEN, "Your token does not grant " + channel + ".");
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> append(Session session, ClientMessage message, JsonText payload, Supplier<Event> make) {
        Event event;
        try {
            event = make.get();
        } catch (ContractViolation violation) {
            session.error(message.id(), ErrorCode.INVALID_MESSAGE, violation.getMessage() + ".");
            return Uni.createFrom().voidItem();
        }
        IdempotencyKey key = key(message.id(), event, payload, session.caller());
        return publish(session, message, () -> log.append(event, key));
    }

    private Uni<Void> inbound(Session session, ClientMessage.Inbound message) {
        if (!inbound.take(message.type())) {
            session.error(message.id(), ErrorCode.UNKNOWN_TYPE, "Messages of this type are not taken here.");
            return Uni.createFrom().voidItem();
        }
        Channel room;
        try {
            room = InboundMessages.room(message);
        } catch (ContractViolation violation) {
            session.error(message.id(), ErrorCode.INVALID_MESSAGE, violation.getMessage() + ".");
            return Uni.createFrom().voidItem();
        }
        if (room != null && !session.caller().mayFollow(room)) {
            return forbidden(session, message, room);
        }
        String idempotent = isIdempotencyKey(message.id()) ? message.id() : null;
        return publish(
                session, message, () -> inbound.append(message, idempotent, session.caller(), session.connectionId()));
    }

    /// Appends what the user may publish now, and answers. As over REST a message that is repeated under its id
    /// counts again, for it asks Redis again.
    private <T> Uni<Void> publish(Session session, ClientMessage message, Supplier<Future<T>> append) {
        Future<Void> answered = rate.take(session.caller(), 1)
                .compose(taken -> append.get())
                .onSuccess(id -> session.ack(message.id()))
                .onFailure(failure -> {
                    if (failure instanceof IdempotencyConflict) {
                        session.error(message.id(), ErrorCode.INVALID_MESSAGE, "The id belongs to another message.");
                    } else if (failure instanceof ProblemException refused) {
                        session.error(
                                message.id(),
                                ErrorCode.RATE_LIMITED,
                                refused.problem().detail());
                    } else {
                        LOG.debugf("A message was not appended: %s", failure.getMessage());
                        session.error(message.id(), ErrorCode.UNAVAILABLE, "The message was not taken; try again.");
                    }
                })
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return Uni.createFrom().completionStage(answered::toCompletionStage);
    }

    /// By what the client sent, not by the event: that has a new time at each try.
    private static @Nullable IdempotencyKey key(@Nullable String id, Event event, JsonText payload, Caller caller) {
        if (id == null || !isIdempotencyKey(id)) {
            return null;
        }
        return IdempotencyKey.of(
                caller.userId(),
                "message " + id,
                event.channel().toString().getBytes(StandardCharsets.US_ASCII),
                payload.utf8());
    }

    private Uni<Void> list(Session session, ClientMessage.ListPresence list) {
        Future<Void> listed = session.here(presence.snapshot(list.room(), ""))
                .onSuccess(page -> {
                    session.presence(list.room(), page);
                    session.ack(list.id());
                })
                .onFailure(failure ->
                        session.error(list.id(), ErrorCode.UNAVAILABLE, "Presence cannot be read now; try again."))
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return Uni.createFrom().completionStage(listed::toCompletionStage);
    }

    private static boolean isIdempotencyKey(@Nullable String id) {
        return id != null && id.length() >= IDEMPOTENCY_ID_LENGTH;
    }

    private Uni<Void> refresh(Session session, ClientMessage.Refresh refresh) {
        Future<Void> refreshed = tickets.redeem(refresh.ticket())
                .onSuccess(fresh -> {
                    session.refresh(fresh);
                    session.ack(refresh.id());
                })
                .onFailure(failure -> {
                    if (failure instanceof ProblemException refused
                            && refused.problem().type() == ProblemType.REVOKED) {
                        session.revoked();
                    } else if (failure instanceof ProblemException) {
                        session.error(refresh.id(), ErrorCode.FORBIDDEN, "The ticket is unknown, used or expired.");
                    } else {
                        session.error(refresh.id(), ErrorCode.UNAVAILABLE, "The ticket cannot be checked; try again.");
                    }
                })
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return Uni.createFrom().completionStage(refreshed::toCompletionStage);
    }
}
