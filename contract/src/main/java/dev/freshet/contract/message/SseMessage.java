package dev.freshet.contract.message;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.LoggedEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the server says over Server-Sent Events; [SseWriter] writes it.
///
/// A browser remembers the last `id:` and sends it back as `Last-Event-ID`, so every message that moves the client's
/// position carries one.
public sealed interface SseMessage {

    /// The first message of a stream.
    ///
    /// @param retryMs how long the client waits before it reconnects, ms
    /// @param cursor the client's own when resuming, else the place from which on the stream follows
    /// @param resumed a cursor came, and nothing was missed
    record Init(int retryMs, Cursor cursor, String connectionId, List<Channel> channels, boolean resumed)
            implements SseMessage {}

    /// @param cursor where the stream stands
    record Event(Cursor cursor, LoggedEvent logged) implements SseMessage {}

    /// @param timestamp the server's clock, ms since 1970
    record Heartbeat(Cursor cursor, long timestamp) implements SseMessage {}

    /// @param cursor behind the gap
    record Gap(Cursor cursor, Channel channel, GapReason reason) implements SseMessage {}

    /// The whole stream, where it cannot be served now: a status other than 200 would end a native EventSource for
    /// good.
    ///
    /// @param retryMs when to come back, ms
    /// @param status that another client would have got (429, 503)
    /// @param reason one word or two
    record Unavailable(int retryMs, int status, String reason) implements SseMessage {}

    /// The end of a stream that the client should resume later.
    record Retry(int retryMs) implements SseMessage {}

    /// The cursor to send, or `null` where the message has none.
    default @Nullable Cursor position() {
        return switch (this) {
            case Init init -> init.cursor();
            case Event event -> event.cursor();
            case Heartbeat heartbeat -> heartbeat.cursor();
            case Gap gap -> gap.cursor();
            case Unavailable ignored -> null;
            case Retry ignored -> null;
        };
    }
}
