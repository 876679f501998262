package dev.freshet.contract.message;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.json.JsonText;
import org.jspecify.annotations.Nullable;

/// What a client says over WebSocket. Whoever handles it switches without a default, so that a new kind of message
/// does not compile until it is handled.
public sealed interface ClientMessage {

    /// The client's name for this message: one with an id is answered by exactly one `ack` or `error` that repeats it.
    @Nullable
    String id();

    /// Follow a room and take part in its presence.
    ///
    /// @param after the client's cursor as it was sent, not yet parsed: one that
    /// cannot be used is a `gap`, not an error
    record JoinRoom(
            @Nullable String id, Channel room, @Nullable String after) implements ClientMessage {}

    record LeaveRoom(@Nullable String id, Channel room) implements ClientMessage {}

    /// @param echo whether the sender receives it too
    record RoomMessage(@Nullable String id, Channel room, JsonText payload, boolean echo) implements ClientMessage {}

    /// @param to the channel of the user it is for
    /// @param payload an object; it contains `to`
    record DirectMessage(@Nullable String id, Channel to, JsonText payload) implements ClientMessage {}

    /// @param after as in [JoinRoom]
    record Subscribe(
            @Nullable String id, Channel channel, @Nullable String after) implements ClientMessage {}

    record Unsubscribe(@Nullable String id, Channel channel) implements ClientMessage {}

    /// Asks who is in a room.
    record ListPresence(@Nullable String id, Channel room) implements ClientMessage {}

    /// Goes on under a fresh ticket.
    record Refresh(@Nullable String id, String ticket) implements ClientMessage {
        /// Never the secret itself: it would end up in a log.
        @Override
        public String toString() {
            return "Refresh[…]";
        }
    }

    /// Any other type: for backend services, where the operator allows it.
    record Inbound(
            @Nullable String id, String type, @Nullable String room, JsonText payload) implements ClientMessage {}

    /// Nothing that could be understood.
    ///
    /// @param id of the message, if that much could be read
    /// @param reason one sentence for the client's developer
    record Invalid(@Nullable String id, String reason) implements ClientMessage {}
}
