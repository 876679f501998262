package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.wire.Wire;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What one connection follows, and how far it has come. Confined to its event loop.
///
/// A connection is a place in the log, not a queue. While its socket takes what comes, it is live: its place is
/// its hub's. When the socket does not, it stops; when the socket drains, or when it came with a cursor, it reads
/// on from its place, in the past and in the window, until it has reached the hub. So a slow reader costs no
/// memory, and catching up and being live have no seam: both happen on one event loop. Where nobody knows any
/// more what came behind its place, it is told.
public final class Feed implements Follower {

    /// The connection's transport.
    public interface Out {

        /// By which its deliveries are counted.
        Transport transport();

        /// How events look to it.
        Form form();

        /// The way to its socket, if all events of its channels are for it, but those that leave out its user,
        /// and in the form that others get, too; otherwise `null`.
        @Nullable
        Wire wireOfAll();

        /// Whether the connection wants the event at all.
        boolean wants(LiveEvent event);

        /// Whether the socket keeps up. If not, [#stalled()] follows.
        boolean isWritable();

        /// The feed stopped: [Feed#drained()] is to be called when the socket keeps up again.
        void stalled();

        void write(LiveEvent event, Subscription subscription);

        /// The same with an event that may lie beyond the place where the feed stands ([Feed#beginWith]): a client
        /// that comes back from it must be owed no less than now.
        void writeOutOfTurn(LiveEvent event, Subscription subscription);

        /// Events of a channel are missing up to the place where the feed stands now.
        void gap(Channel channel, GapReason reason);

        /// The feed is too far behind: the connection is to end. Its client may come back.
        void tooSlow();

        /// Nobody knows what the connection got: it is to be cut, and nothing more be written. Its client comes
        /// back from what it has.
        void broken();
    }

    private static final Logger LOG = Logger.getLogger(Feed.class);

    private final LoopHub hub;
    private final Past past;
    private final Out out;
    private final Map<Channel, Subscription> subscriptions = new LinkedHashMap<>();

    /// By partition, ascending.
    private final List<Lane> lanes = new ArrayList<>(1);

    /// Older events that go before all others.
    private final Deque<LiveEvent> beginning = new ArrayDeque<>(0);

    private int holds;
    private boolean stalled;

    /// Whether nothing waits, so that what comes may be written at once, without a look here. `true` only if that
    /// is so; found out anew whenever an event was looked at by itself.
    private boolean flowing;

    private boolean closed;
    private boolean broken;

    /// Whether it is behind because it came back, and not because it is slow.
    private boolean replaying;

    private long behindSince;

    public Feed(LoopHub hub, Past past, Out out) {
        this.hub = hub;
        this.past = past;
        this.out = out;
    }

    /// Follows a channel from where the hub stands; does nothing if it is followed.
    public Subscription follow(Channel channel) {
        Subscription known = subscriptions.get(channel);
        if (known == null) {
            known = hub.subscribe(this, channel);
            subscriptions.put(channel, known);
            laneOf(known.partition()).add(known);
            known.flow(flowing ? out.wireOfAll() : null);
        }
        return known;
    }

    /// Puts a subscription back to a place, from which [#catchUp()] goes on.
    ///
    /// @param number that the window has for the place; -1 if the place is before it
    public void rewind(Subscription subscription, long number, EventId id) {
        flow(false);
        subscription.rewind(number, id);
        laneOf(subscription.partition()).fallBehind();
        replaying = true;
    }

    public void unfollow(Channel channel) {
        Subscription subscription = subscriptions.remove(channel);
        if (subscription != null) {
            hub.unsubscribe(subscription);
            subscription.catchUp();
            Lane lane = laneOf(subscription.partition());
            if (lane.remove(subscription)) {
                lanes.remove(lane);
            }
        }
    }

    public void close() {
        closed = true;
        flow(false);
        subscriptions.values().forEach(hub::unsubscribe);
        subscriptions.clear();
        lanes.clear();
        beginning.clear();
        hub.slow().remove(this);
    }

    public @Nullable Subscription subscription(Channel channel) {
        return subscriptions.get(channel);
    }

    public Set<Channel> channels() {
        return subscriptions.keySet();
    }

    /// Where the connection stands: everything up to there was written or told to be missing.
    public Cursor cursor() {
        if (lanes.size() == 1) {
            return Cursor.of(lanes.getFirst().position());
        }
        List<EventId> places = new ArrayList<>(lanes.size());
        lanes.forEach(lane -> places.add(lane.position()));
        return new Cursor(places);
    }

    public boolean isInOnePartition() {
        return lanes.size() == 1;
    }

    /// Whether the socket took no more when it was last tried.
    public boolean isStalled() {
        return stalled;
    }

    /// Whether it reads what it missed while it was away, and has not come to what is new.
    public boolean isReplaying() {
        return replaying;
    }

    /// Since when the socket did not take all there was, ms since 1970; 0 while it does.
    public long behindSince() {
        return behindSince;
    }

    /// Entries of the log that are still to be looked at, at most over the partitions.
    public long lag() {
        return lanes.stream().mapToLong(Lane::lag).max().orElse(0);
    }

    /// Bytes that these take in the window, at most over the partitions.
    public long lagBytes() {
        return lanes.stream().mapToLong(Lane::lagBytes).max().orElse(0);
    }

    /// Writes nothing until [#release()]: what comes meanwhile waits, wherever it comes from.
    public void hold() {
        flow(false);
        holds++;
    }

    /// Goes on, unless it is held for another reason too.
    public void release() {
        holds--;
        catchUp();
    }

    /// Reads the first page of what lies before the window, so that [#lost()] can be asked. Fails while Redis
    /// does not answer. To be called on a feed that is held.
    public Future<Void> prepare() {
        List<Future<Void>> reads =
                lanes.stream().filter(Lane::reachesBeforeWindow).map(Lane::read).toList();
        return Future.all(reads).mapEmpty();
    }

    /// Channels of which nobody can say what they had behind their place, as far as that is known.
    public Set<Channel> lost() {
        Set<Channel> lost = new HashSet<>();
        lanes.forEach(lane -> lost.addAll(lane.lost()));
        return lost;
    }

    /// Tells what is [#lost()] now, and not only on the way.
    public void tellLost() {
        lanes.forEach(Lane::tellLost);
    }

    /// Events to be written before all others, from before its place. To be called on a feed that is held.
    public void beginWith(List<LiveEvent> events) {
        flow(false);
        beginning.addAll(events);
    }

    @Override
    public Transport transport() {
        return out.transport();
    }

    @Override
    public Form form() {
        return out.form();
    }

    @Override
    public boolean deliver(LiveEvent event, Subscription subscription) {
        if (broken || subscription.isBehind() || !out.wants(event)) {
            return false;
        }
        Lane lane = lanes.size() == 1 ? lanes.getFirst() : laneOf(subscription.partition());
        boolean waits = holds > 0 || lane.isBehind() || !beginning.isEmpty();
        if (waits || stalled || !out.isWritable()) {
            if (!waits) {
                stall();
            }
            // Worth nothing later: what nobody can take now, nobody needs to get then.
            if (!stalled || !event.logged().event().ephemeral()) {
                flow(false);
                subscription.fallBehind(hub.numberBefore(), hub.positionBefore());
                lane.fallBehind();
            }
            return false;
        }
        flow(noneIsBehind());
        out.write(event, subscription);
        return true;
    }

    @Override
    public void gap(Subscription subscription, GapReason reason) {
        if (broken) {
            return;
        }
        laneOf(subscription.partition()).forget();
        subscription.catchUp();
        out.gap(subscription.channel(), reason);
    }

    @Override
    public void forked(Subscription subscription, @Nullable StreamId phantom) {
        if (broken) {
            return;
        }
        int partition = subscription.partition();
        laneOf(partition).forget();
        boolean isTold = phantom != null
                && (!subscription.isBehind() || subscription.place().position().compareTo(phantom) >= 0);
        subscription.goBack(hub.number(partition), hub.position(partition));
        if (isTold) {
            hub.countGap(GapReason.RESET);
            out.gap(subscription.channel(), GapReason.RESET);
        }
    }

    @Override
    public void broken(Throwable cause) {
        if (!broken && !closed) {
            LOG.error("A delivery failed; its connection is cut, and its client comes back.", cause);
            broken = true;
            // What came now would tell the client that it has what was before it.
            flow(false);
            stalled = true;
            hub.later(out::broken);
        }
    }

    /// The socket takes more.
    public void drained() {
        if (!broken) {
            stalled = false;
            catchUp();
        }
    }

    /// Writes what is behind, as far as the socket takes it; then the connection is live.
    public void catchUp() {
        if (closed || broken || holds > 0) {
            return;
        }
        try {
            writeBehind();
        } catch (RuntimeException | Error failure) {
            broken(failure);
        }
    }

    private void writeBehind() {
        while (!beginning.isEmpty()) {
            if (!out.isWritable()) {
                stall();
                return;
            }
            LiveEvent event = beginning.remove();
            Subscription subscription = subscriptions.get(event.channel());
            if (subscription != null && out.wants(event)) {
                out.writeOutOfTurn(event, subscription);
            }
        }
        for (Lane lane : List.copyOf(lanes)) {
            if (!lane.catchUp()) {
                stall();
                return;
            }
        }
        if (noneIsBehind()) {
            live();
        }
    }

    /// Leaves what was found and not written, while the socket takes nothing: a slow reader must not cost memory.
    void forgetFound() {
        if (stalled) {
            lanes.forEach(Lane::forgetFound);
        }
    }

    /// Goes on live from where the hub stands. Each channel of which that leaves something out, other than what
    /// is ephemeral, has one gap.
    public void skip() {
        List<Subscription> missing = new ArrayList<>();
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.isBehind() && misses(subscription)) {
                missing.add(subscription);
            }
        }
        beginning.clear();
        lanes.forEach(Lane::skip);
        stalled = false;
        live();
        for (Subscription subscription : missing) {
            hub.countGap(GapReason.LAGGING);
            out.gap(subscription.channel(), GapReason.LAGGING);
        }
    }

    private boolean misses(Subscription subscription) {
        int partition = subscription.partition();
        if (laneOf(partition).isAtHub(subscription)) {
            return false;
        }
        Window.Missed missed =
                hub.window(partition).missed(subscription.channel(), subscription.number(), hub.number(partition));
        return !missed.complete()
                || missed.events().stream()
                        .anyMatch(event -> !event.logged().event().ephemeral() && out.wants(event));
    }

    void tooSlow() {
        out.tooSlow();
    }

    LoopHub hub() {
        return hub;
    }

    Past past() {
        return past;
    }

    boolean wants(LiveEvent event) {
        return out.wants(event);
    }

    boolean isWritable() {
        return out.isWritable();
    }

    void write(LiveEvent event, Subscription subscription) {
        out.write(event, subscription);
    }

    /// Its channel's events are missing up to where the hub stands.
    void tell(Subscription subscription) {
        hub.countGap(subscription.ifLost());
        out.gap(subscription.channel(), subscription.ifLost());
    }

    private void flow(boolean now) {
        if (flowing != now) {
            flowing = now;
            Wire wire = now ? out.wireOfAll() : null;
            subscriptions.values().forEach(subscription -> subscription.flow(wire));
        }
    }

    private boolean noneIsBehind() {
        for (Lane lane : lanes) {
            if (lane.isBehind()) {
                return false;
            }
        }
        return true;
    }

    private void live() {
        flow(holds == 0 && !closed);
        replaying = false;
        behindSince = 0;
        hub.slow().remove(this);
    }

    private void stall() {
        flow(false);
        if (!stalled) {
            stalled = true;
            out.stalled();
        }
        if (behindSince == 0 && !closed) {
            behindSince = System.currentTimeMillis();
            hub.slow().add(this);
        }
    }

    private Lane laneOf(int partition) {
        int at = 0;
        while (at < lanes.size() && lanes.get(at).partition < partition) {
            at++;
        }
        if (at < lanes.size() && lanes.get(at).partition == partition) {
            return Objects.requireNonNull(lanes.get(at));
        }
        Lane lane = new Lane(this, partition);
        lanes.add(at, lane);
        return lane;
    }
}
