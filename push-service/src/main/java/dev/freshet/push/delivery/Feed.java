package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics.Transport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What one connection follows, and how far it has come. Confined to its event loop.
///
/// A connection is a place in the window, not a queue. While its socket takes what comes, it is live: its place
/// is its hub's. When the socket does not, it stops; when the socket drains, or when it came with a cursor, it
/// reads on from its place in the window until it has reached the hub. So a slow reader costs no memory, and
/// catching up and being live have no seam: both happen on one event loop. If the window has moved past its
/// place, it is told.
public final class Feed implements Follower {

    /// The connection's transport.
    public interface Out {

        /// By which its deliveries are counted.
        Transport transport();

        /// Whether the connection wants the event at all.
        boolean wants(LiveEvent event);

        /// Whether the socket takes more. If not, it calls [Feed#drained()] when it does again.
        boolean isWritable();

        void write(LiveEvent event, Subscription subscription);

        /// Events of a channel are missing up to the place where the feed stands now.
        void gap(Channel channel, GapReason reason);
    }

    private record Due(LiveEvent event, Subscription subscription) {}

    private final LoopHub hub;
    private final Out out;
    private final Map<Channel, Subscription> subscriptions = new LinkedHashMap<>();
    private int[] partitions = {};
    private boolean behind;
    private boolean stalled;
    private long stalledSince;

    public Feed(LoopHub hub, Out out) {
        this.hub = hub;
        this.out = out;
    }

    /// Follows a channel from where the hub stands; does nothing if it is followed.
    public Subscription follow(Channel channel) {
        Subscription known = subscriptions.get(channel);
        if (known == null) {
            known = hub.subscribe(this, channel);
            subscriptions.put(channel, known);
            collectPartitions();
        }
        return known;
    }

    /// Puts a subscription back to a place in the window, from which [#catchUp()] goes on.
    public void rewind(Subscription subscription, long number, EventId id) {
        subscription.fallBehind(number, id);
        behind = true;
    }

    public void unfollow(Channel channel) {
        Subscription subscription = subscriptions.remove(channel);
        if (subscription != null) {
            hub.unsubscribe(subscription);
            collectPartitions();
        }
    }

    public void close() {
        subscriptions.values().forEach(hub::unsubscribe);
        subscriptions.clear();
    }

    public @Nullable Subscription subscription(Channel channel) {
        return subscriptions.get(channel);
    }

    public Set<Channel> channels() {
        return subscriptions.keySet();
    }

    /// Where the connection stands: everything up to there was written or told to be missing.
    public Cursor cursor() {
        if (partitions.length == 1) {
            return Cursor.of(position(partitions[0]));
        }
        List<EventId> places = new ArrayList<>(partitions.length);
        for (int partition : partitions) {
            places.add(position(partition));
        }
        return new Cursor(places);
    }

    public boolean isInOnePartition() {
        return partitions.length == 1;
    }

    /// Since when the socket takes nothing, ms since 1970; 0 while it does.
    public long stalledSince() {
        return stalled ? stalledSince : 0;
    }

    /// Entries of the log that are still to be looked at, at most over the partitions.
    public long lag() {
        long lag = 0;
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.isBehind()) {
                lag = Math.max(lag, hub.number(subscription.partition()) - subscription.number());
            }
        }
        return lag;
    }

    @Override
    public Transport transport() {
        return out.transport();
    }

    @Override
    public boolean deliver(LiveEvent event, Subscription subscription) {
        if (subscription.isBehind() || !out.wants(event)) {
            return false;
        }
        if (stalled || !out.isWritable()) {
            stall();
            // Worth nothing later: what nobody can take now, nobody needs to get then.
            if (!event.logged().event().ephemeral()) {
                subscription.fallBehind(hub.numberBefore(), hub.positionBefore());
                behind = true;
            }
            return false;
        }
        out.write(event, subscription);
        return true;
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        Subscription subscription = subscriptions.get(channel);
        if (subscription != null) {
            subscription.catchUp();
            out.gap(channel, reason);
        }
    }

    /// The socket takes more.
    public void drained() {
        stalled = false;
        catchUp();
    }

    /// Writes what is behind, as far as the socket takes it; then the connection is live.
    public void catchUp() {
        for (int partition : partitions) {
            if (!catchUp(partition)) {
                stall();
                return;
            }
        }
        behind = false;
    }

    private boolean catchUp(int partition) {
        List<Due> due = new ArrayList<>();
        Window window = hub.window(partition);
        long until = hub.number(partition);
        for (Subscription subscription : List.copyOf(subscriptions.values())) {
            if (subscription.partition() != partition || !subscription.isBehind()) {
                continue;
            }
            Window.Missed missed = window.missed(subscription.channel(), subscription.number(), until);
            if (!missed.complete()) {
                subscription.catchUp();
                hub.countGap(GapReason.LAGGING);
                out.gap(subscription.channel(), GapReason.LAGGING);
                continue;
            }
            for (LiveEvent event : missed.events()) {
                if (out.wants(event)) {
                    due.add(new Due(event, subscription));
                }
            }
        }
        due.sort(Comparator.comparingLong(each -> each.event().number()));
        for (Due each : due) {
            if (!out.isWritable()) {
                return false;
            }
            for (Subscription subscription : subscriptions.values()) {
                if (subscription.partition() == partition) {
                    subscription.advance(
                            each.event().number(), each.event().logged().id());
                }
            }
            out.write(each.event(), each.subscription());
        }
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.partition() == partition) {
                subscription.catchUp();
            }
        }
        return true;
    }

    private void stall() {
        if (!stalled) {
            stalled = true;
            stalledSince = System.currentTimeMillis();
        }
    }

    private EventId position(int partition) {
        if (!behind) {
            return hub.position(partition);
        }
        Subscription furthestBehind = null;
        for (Subscription subscription : subscriptions.values()) {
            if (subscription.partition() == partition
                    && subscription.isBehind()
                    && (furthestBehind == null || subscription.number() < furthestBehind.number())) {
                furthestBehind = subscription;
            }
        }
        return furthestBehind == null ? hub.position(partition) : furthestBehind.place();
    }

    private void collectPartitions() {
        Set<Integer> distinct = new TreeSet<>();
        for (Subscription subscription : subscriptions.values()) {
            distinct.add(subscription.partition());
        }
        partitions = distinct.stream().mapToInt(Integer::intValue).toArray();
    }
}
