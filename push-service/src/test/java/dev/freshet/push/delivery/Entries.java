package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.json.JsonText;
import io.vertx.core.Future;

/// Entries of a log that exists only in a test.
final class Entries {

    static final String EPOCH = "abcdefgh";

    /// A past of which nothing is known.
    static final Past FORGOTTEN = (hub, channel, after, together) -> Future.succeededFuture(new Past.Page.Trimmed());

    private Entries() {}

    static EventId place(long ms) {
        return new EventId(0, new StreamId(ms, 0), EPOCH);
    }

    static LoggedEvent event(long ms, int channel, boolean ephemeral) {
        Event event = Event.of(channel(channel), "a", JsonText.payload(Long.toString(ms)));
        return new LoggedEvent(place(ms), event.withEphemeral(ephemeral));
    }

    static Channel channel(int number) {
        return Channel.room("r" + number);
    }
}
