package dev.freshet.push.delivery;

/// How an event looks to a connection; the same for all that have the same form.
public enum Form {

    /// To streams that follow one partition: the event's id is their cursor.
    STREAM,

    /// To WebSockets that joined the event's room.
    ROOM,

    /// To all other WebSockets.
    CHANNEL;

    /// The message, encoded once per event.
    public byte[] of(LiveEvent event) {
        return switch (this) {
            case STREAM -> event.sse();
            case ROOM -> event.roomText();
            case CHANNEL -> event.channelText();
        };
    }
}
