package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// That one connection follows one channel. Made and ended by [LoopHub], on its event loop.
public final class Subscription {

    final Follower follower;
    private final Channel channel;
    private final int partition;
    private boolean joined;

    /// Where it has stopped, while it is behind.
    private @Nullable EventId place;

    private long number;

    /// Where it stands in the channel's list; kept by the hub so that ending it costs the same for every length.
    int index;

    Subscription(Follower follower, Channel channel, int partition) {
        this.follower = follower;
        this.channel = channel;
        this.partition = partition;
    }

    public Channel channel() {
        return channel;
    }

    public int partition() {
        return partition;
    }

    /// Whether the room was joined, and not only subscribed to; a WebSocket then gets its events in room form.
    public boolean isJoined() {
        return joined;
    }

    public void setJoined(boolean value) {
        joined = value;
    }

    /// Whether events wait for it in the window. If not, its place is its hub's.
    boolean isBehind() {
        return place != null;
    }

    /// The number up to which it has everything, while it is behind.
    long number() {
        return number;
    }

    /// The place that goes with [#number()].
    EventId place() {
        return Objects.requireNonNull(place, "not behind");
    }

    void fallBehind(long from, EventId id) {
        number = from;
        place = id;
    }

    /// Moves on to a place, unless it is there or beyond already.
    void advance(long to, EventId id) {
        if (place != null && to > number) {
            fallBehind(to, id);
        }
    }

    void catchUp() {
        place = null;
    }
}
