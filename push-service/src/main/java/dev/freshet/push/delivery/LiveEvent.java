package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.contract.message.ServerMessageWriter;
import dev.freshet.contract.message.SseWriter;
import org.jspecify.annotations.Nullable;

/// An event on its way to connections, encoded at most once per form and shared by all that receive it.
///
/// Forms are made when first asked for. Two event loops that ask at once may both make one; they are equal and
/// immutable, so which of them stays does not matter. Safe for any thread.
public final class LiveEvent {

    /// Bytes that an entry costs besides its payload: slot, event, ids, text of channel and type, links, and what
    /// each encoded form adds.
    private static final int ENTRY_BYTES = 1000;

    /// The payload itself and its encoded forms which stay with it once they were asked for.
    private static final int PAYLOAD_COPIES = 4;

    private final LoggedEvent logged;
    private final long number;
    private byte @Nullable [] sse;
    private byte @Nullable [] sseRest;
    private byte @Nullable [] roomText;
    private byte @Nullable [] channelText;

    /// @param number its number in the window of its partition
    LiveEvent(LoggedEvent logged, long number) {
        this.logged = logged;
        this.number = number;
    }

    /// An event that comes from before the window.
    public static LiveEvent ofPast(LoggedEvent logged) {
        return new LiveEvent(logged, -1);
    }

    /// Its number in the window of its partition; -1 if it comes from before.
    long number() {
        return number;
    }

    public LoggedEvent logged() {
        return logged;
    }

    /// About what it takes of the heap, with all its forms.
    public int bytes() {
        return bytes(logged);
    }

    /// The same of an entry of the log; `null` where it was skipped.
    static int bytes(@Nullable LoggedEvent logged) {
        return ENTRY_BYTES
                + (logged == null
                        ? 0
                        : PAYLOAD_COPIES * logged.event().payload().utf8().length);
    }

    public Channel channel() {
        return logged.event().channel();
    }

    public StreamId position() {
        return logged.id().position();
    }

    /// The whole SSE message, for streams that follow one partition: the event's id is their cursor.
    byte[] sse() {
        byte[] known = sse;
        if (known == null) {
            byte[] id = SseWriter.idLine(logged.id().toString());
            known = SseWriter.join(id, SseWriter.restOf(logged));
            sse = known;
        }
        return known;
    }

    /// The SSE message without its `id:` line, for streams whose cursor spans partitions.
    public byte[] sseRest() {
        byte[] known = sseRest;
        if (known == null) {
            known = SseWriter.restOf(logged);
            sseRest = known;
        }
        return known;
    }

    /// The WebSocket message for those who joined the room.
    byte[] roomText() {
        byte[] known = roomText;
        if (known == null) {
            known = ServerMessageWriter.write(new ServerMessage.RoomEvent(logged));
            roomText = known;
        }
        return known;
    }

    /// The WebSocket message for all others.
    byte[] channelText() {
        byte[] known = channelText;
        if (known == null) {
            known = ServerMessageWriter.write(new ServerMessage.ChannelEvent(logged));
            channelText = known;
        }
        return known;
    }
}
