package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.trace.BatchSpans;
import dev.freshet.push.wire.Flusher;
import dev.freshet.push.wire.Shared;
import dev.freshet.push.wire.Wire;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The connections of one event loop and the channels they follow.
///
/// Everything here happens on that event loop, so nothing is locked, and "registered" and "delivered" have one
/// order: a subscription receives exactly what lies behind [#position] of the moment in which it was made.
public final class LoopHub {

    private static final Logger LOG = Logger.getLogger(LoopHub.class);

    private final EventExecutor loop;
    private final Partitions partitions;
    private final PushMetrics metrics;
    private final Map<Channel, List<Subscription>> channels = new HashMap<>();
    private final List<Head> heads = new ArrayList<>();
    private final Flusher flusher = new Flusher(this::later);
    private final Run run = new Run(PooledByteBufAllocator.DEFAULT);
    private final List<Subscription> oneByOne = new ArrayList<>();
    private final int[] delivered = new int[Transport.values().length];
    /// What [#delivered] was when spans were last told.
    private final int[] told = new int[delivered.length];

    private @Nullable EventId positionBefore;
    private long numberBefore;
    private final Connections connections;
    private final Set<Feed> slow = new LinkedHashSet<>();

    /// What [#delivered] says; written here only.
    private final AtomicLongArray done;

    LoopHub(EventExecutor loop, Partitions partitions, PushMetrics metrics) {
        this.loop = loop;
        this.partitions = partitions;
        this.metrics = metrics;
        for (int partition = 0; partition < partitions.count(); partition++) {
            heads.add(new Head());
        }
        this.done = new AtomicLongArray(partitions.count());
        this.connections = new Connections(metrics, this::later);
    }

    /// All connections of this event loop.
    public Connections connections() {
        return connections;
    }

    /// Of which the sockets do not take all there is. They add and remove themselves, also while they are ended.
    Set<Feed> slow() {
        return slow;
    }

    /// By which the connections of this event loop are flushed.
    public Flusher flusher() {
        return flusher;
    }

    /// Whether every partition's place is known: before that nobody can be told where he begins.
    public boolean isReady() {
        return heads.stream().allMatch(Head::isKnown);
    }

    /// The last entry of the partition that was delivered. Only once [#isReady()].
    public EventId position(int partition) {
        return heads.get(partition).position();
    }

    /// Where a connection stands that follows these partitions and has received all there was.
    ///
    /// @param followed ascending, each once
    public Cursor cursor(int[] followed) {
        if (followed.length == 1) {
            return Cursor.of(position(followed[0]));
        }
        List<EventId> places = new ArrayList<>(followed.length);
        for (int partition : followed) {
            places.add(position(partition));
        }
        return new Cursor(places);
    }

    /// Where a connection stands that has received all there was, of every partition.
    public Cursor cursor() {
        return cursor(IntStream.range(0, heads.size()).toArray());
    }

    /// The number in the window that goes with [#position].
    public long number(int partition) {
        return heads.get(partition).number();
    }

    /// The partition's recent entries. Only once [#isReady()].
    public Window window(int partition) {
        return heads.get(partition).window();
    }

    /// What the log shares with its epochs of before.
    public Forks forks(int partition) {
        return heads.get(partition).forks();
    }

    public boolean hasPartition(int partition) {
        return partition < heads.size();
    }

    public int partitionOf(Channel channel) {
        return partitions.of(channel);
    }

    /// Begins to follow. The caller ends every subscription it made.
    public Subscription subscribe(Follower follower, Channel channel) {
        Subscription subscription = new Subscription(follower, channel, partitions.of(channel));
        List<Subscription> followers = channels.computeIfAbsent(channel, unknown -> new ArrayList<>(1));
        subscription.index = followers.size();
        followers.add(subscription);
        return subscription;
    }

    public void unsubscribe(Subscription subscription) {
        List<Subscription> followers = channels.get(subscription.channel());
        int index = subscription.index;
        if (followers == null || index >= followers.size() || followers.get(index) != subscription) {
            return;
        }
        Subscription last = followers.removeLast();
        if (last != subscription) {
            followers.set(index, last);
            last.index = index;
        }
        if (followers.isEmpty()) {
            channels.remove(subscription.channel());
        }
    }

    /// Runs a task on this event loop, after what it does now. Safe for any thread.
    public void later(Runnable task) {
        loop.execute(task);
    }

    /// Runs a task on this event loop after a while. Safe for any thread.
    ///
    /// @return to be cancelled by whoever ends before: a waiting task keeps all that it refers to
    public ScheduledTask after(long ms, Runnable task) {
        Future<?> scheduled = loop.schedule(task, ms, TimeUnit.MILLISECONDS);
        return () -> scheduled.cancel(false);
    }

    void begin(Window window, EventId position, long number, Forks forks) {
        heads.get(position.partition()).set(window, position, number, forks);
        done.set(position.partition(), number);
    }

    void forks(int partition, Forks forks) {
        Head head = heads.get(partition);
        head.set(head.window(), head.position(), head.number(), forks);
    }

    /// Up to which number of its window this event loop has delivered a partition. Safe for any thread.
    long delivered(int partition) {
        return done.get(partition);
    }

    /// @param spans that are told what was written; `null` where nobody asks
    void deliver(LogBatch batch, @Nullable BatchSpans spans) {
        int partition = batch.end().partition();
        try {
            deliverAll(batch, spans);
            done.set(partition, batch.number());
        } catch (RuntimeException | Error failure) {
            // Some have it and some have not: all are told, and go on behind it.
            LOG.errorf(failure, "A batch of partition %d could not be delivered; its followers are told.", partition);
            metrics.error("delivery");
            reset(batch.window(), batch.end(), batch.number(), forks(partition), GapReason.RESET);
        } finally {
            if (spans != null) {
                spans.loopDone();
            }
        }
    }

    private void deliverAll(LogBatch batch, @Nullable BatchSpans spans) {
        Arrays.fill(delivered, 0);
        if (spans != null) {
            Arrays.fill(told, 0);
        }
        long now = System.currentTimeMillis();
        Head head = heads.get(batch.end().partition());
        List<LiveEvent> events = batch.events();
        int next = 0;
        while (next < events.size()) {
            int first = next;
            List<Subscription> followers = channels.get(events.get(next).channel());
            next = run.begin(events, next);
            try {
                if (followers != null && deliver(followers, head, spans, first) > 0) {
                    run.events()
                            .forEach(event -> metrics.latency(event.position().ms(), now));
                }
                LiveEvent last = run.events().getLast();
                head.advance(last.logged().id(), last.number());
            } finally {
                run.end();
                // Also where something failed: what comes next is another channel's.
                oneByOne.clear();
            }
        }
        head.advance(batch.end(), batch.number());
        flusher.flush();
        for (Transport transport : Transport.values()) {
            metrics.delivered(transport, delivered[transport.ordinal()]);
        }
    }

    /// @param first the run's place in its batch
    /// @return how often something was written
    private int deliver(List<Subscription> followers, Head head, @Nullable BatchSpans spans, int first) {
        int written = 0;
        for (int i = 0; i < followers.size(); i++) {
            Subscription subscription = followers.get(i);
            Wire wire = run.isForAll() ? subscription.wire() : null;
            if (wire != null && offer(subscription, wire, run.in(subscription.form()))) {
                delivered[subscription.transport.ordinal()] += run.events().size();
                written++;
            } else {
                oneByOne.add(subscription);
            }
        }
        if (spans != null) {
            tell(spans, first, run.events().size());
            spans.followers(first, run.events().size(), followers.size());
        }
        if (!oneByOne.isEmpty()) {
            int place = first;
            for (LiveEvent event : run.events()) {
                written += deliver(event, head);
                if (spans != null) {
                    tell(spans, place, 1);
                }
                place++;
            }
        }
        return written;
    }

    private static boolean offer(Subscription subscription, Wire wire, Shared messages) {
        try {
            return wire.offer(messages);
        } catch (RuntimeException | Error failure) {
            subscription.follower.broken(failure);
            return false;
        }
    }

    private static boolean deliver(LiveEvent event, Subscription subscription) {
        try {
            return subscription.follower.deliver(event, subscription);
        } catch (RuntimeException | Error failure) {
            subscription.follower.broken(failure);
            return false;
        }
    }

    private int deliver(LiveEvent event, Head head) {
        positionBefore = head.position();
        numberBefore = head.number();
        head.advance(event.logged().id(), event.number());
        int written = 0;
        for (int i = 0; i < oneByOne.size(); i++) {
            Subscription subscription = oneByOne.get(i);
            if (deliver(event, subscription)) {
                delivered[subscription.transport.ordinal()]++;
                written++;
            }
        }
        return written;
    }

    /// What was written since the last time, of each of these events alike.
    private void tell(BatchSpans spans, int first, int events) {
        for (Transport transport : Transport.values()) {
            int more = delivered[transport.ordinal()] - told[transport.ordinal()];
            if (more > 0) {
                spans.wrote(first, events, transport, more / events);
            }
        }
        System.arraycopy(delivered, 0, told, 0, told.length);
    }

    /// The log is another one, or a piece of it is gone: go on from `position`, and say so to whom it concerns.
    void reset(Window window, EventId position, long number, Forks forks, GapReason reason) {
        begin(window, position, number, forks);
        int told = 0;
        for (Subscription subscription : followers(position.partition())) {
            try {
                subscription.follower.gap(subscription, reason);
                told++;
            } catch (RuntimeException | Error failure) {
                subscription.follower.broken(failure);
            }
        }
        metrics.gap(reason.word(), told);
    }

    /// The log went another way behind `position`: go on from there, and say so to who may have seen what it does
    /// not have any more.
    ///
    /// @param phantoms channels that had something behind it, and the oldest such place
    void fork(Window window, EventId position, long number, Forks forks, Map<Channel, StreamId> phantoms) {
        begin(window, position, number, forks);
        for (Subscription subscription : followers(position.partition())) {
            try {
                subscription.follower.forked(subscription, phantoms.get(subscription.channel()));
            } catch (RuntimeException | Error failure) {
                subscription.follower.broken(failure);
            }
        }
    }

    private List<Subscription> followers(int partition) {
        return channels.values().stream()
                .flatMap(List::stream)
                .filter(subscription -> subscription.partition() == partition)
                .toList();
    }

    /// The place before the event that is being delivered.
    EventId positionBefore() {
        return Objects.requireNonNull(positionBefore, "nothing is being delivered");
    }

    /// The number that goes with [#positionBefore()].
    long numberBefore() {
        return numberBefore;
    }

    /// A client was told of missing events.
    public void countGap(GapReason reason) {
        metrics.gap(reason.word(), 1);
    }
}
