package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.wire.Wire;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// That one connection follows one channel. Made and ended by [LoopHub], on its event loop.
public final class Subscription {

    final Follower follower;
    final Transport transport;
    private final Channel channel;
    private final int partition;
    private Form form;

    /// The way of events that need no look of their follower; `null` while they do.
    private @Nullable Wire wire;

    /// Where it has stopped, while it is behind.
    private @Nullable EventId place;

    private long number;

    /// Pages of what it missed that the log was searched for.
    private int scans;

    private GapReason ifLost = GapReason.LAGGING;

    /// Where it stands in the channel's list; kept by the hub so that ending it costs the same for every length.
    int index;

    Subscription(Follower follower, Channel channel, int partition) {
        this.follower = follower;
        this.transport = follower.transport();
        this.form = follower.form();
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
        return form == Form.ROOM;
    }

    public void setJoined(boolean value) {
        form = value ? Form.ROOM : Form.CHANNEL;
    }

    /// How events look to its follower.
    public Form form() {
        return form;
    }

    @Nullable
    Wire wire() {
        return wire;
    }

    /// From now on events go this way without a look of their follower, as long as that keeps up; with `null`
    /// none does.
    void flow(@Nullable Wire to) {
        wire = to;
    }

    /// Whether events wait for it. If not, it has everything up to its hub's place.
    boolean isBehind() {
        return place != null;
    }

    /// The number up to which it has everything, while it is behind; before the window's beginning it says
    /// nothing.
    long number() {
        return number;
    }

    /// The place up to which it has everything, while it is behind.
    EventId place() {
        return Objects.requireNonNull(place, "not behind");
    }

    /// Why its events are missing if it turns out that they are.
    GapReason ifLost() {
        return ifLost;
    }

    /// It came back to this place.
    void rewind(long from, EventId id) {
        number = from;
        place = id;
        scans = 0;
        ifLost = GapReason.TRIMMED;
    }

    /// A page of what it missed was searched for in the log.
    ///
    /// @return whether it was one too many
    boolean scanned() {
        scans++;
        return scans > Past.MOST_SCANS;
    }

    /// It stops at this place.
    void fallBehind(long from, EventId id) {
        number = from;
        place = id;
        ifLost = GapReason.LAGGING;
    }

    /// Moves on to a place, unless it is beyond it already.
    ///
    /// @param itsNumber what the window says of it, which may be news where it is there already
    void advance(long itsNumber, EventId to) {
        if (place != null && to.position().compareTo(place.position()) >= 0) {
            number = itsNumber;
            place = to;
        }
    }

    /// Goes back to a place, if it is beyond it.
    void goBack(long itsNumber, EventId to) {
        if (place != null && to.position().compareTo(place.position()) < 0) {
            number = itsNumber;
            place = to;
        }
    }

    boolean isBeyond(StreamId id) {
        return place == null || place.position().compareTo(id) > 0;
    }

    void catchUp() {
        place = null;
    }
}
