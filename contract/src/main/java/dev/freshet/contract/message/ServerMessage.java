package dev.freshet.contract.message;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the server says over WebSocket; [ServerMessageWriter] writes it.
public sealed interface ServerMessage {

    /// The first message of a connection.
    ///
    /// @param cursor the place from which on the connection follows
    record Connected(String userId, String connectionId, Cursor cursor) implements ServerMessage {}

    record JoinedRoom(Channel room) implements ServerMessage {}

    record LeftRoom(Channel room) implements ServerMessage {}

    /// @param payloads of the room's last chat messages, oldest first
    record MessageHistory(Channel room, List<JsonText> payloads) implements ServerMessage {}

    /// An event of a room that the connection joined.
    record RoomEvent(LoggedEvent logged) implements ServerMessage {}

    /// An event of a channel that the connection follows without having joined it as a room.
    record ChannelEvent(LoggedEvent logged) implements ServerMessage {}

    record Subscribed(Channel channel) implements ServerMessage {}

    /// @param reason why, where the server decided it
    record Unsubscribed(Channel channel, @Nullable String reason) implements ServerMessage {}

    /// @param users up to 1,000 of those present
    /// @param count all who are
    record Presence(Channel room, List<String> users, long count) implements ServerMessage {}

    /// @param expiresAt until when the connection may go on, ms since 1970
    record Refreshed(long expiresAt) implements ServerMessage {}

    /// @param place behind the gap, a cursor for the channel: without one, a client that is cut off before the
    ///     channel's next event could only come back from before the gap, and be told again
    record Gap(Channel channel, GapReason reason, EventId place) implements ServerMessage {}

    /// @param id of the client's message, which was done
    record Ack(String id) implements ServerMessage {}

    /// @param id of the client's message, which was not done; `null` if it had none
    record Error(@Nullable String id, ErrorCode code, String message) implements ServerMessage {}
}
