package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;

/// That one connection follows one channel. Made and ended by [LoopHub], on its event loop.
public final class Subscription {

    final Follower follower;
    private final Channel channel;
    private final int partition;
    private boolean joined;

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
}
