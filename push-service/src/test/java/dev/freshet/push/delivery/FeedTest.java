package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.wire.Shared;
import dev.freshet.push.wire.Wire;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/// A connection whose socket stops and goes on as it likes gets everything once and in order, or is told.
class FeedTest {

    private static final int CHANNELS = 4;
    private static final int PAGE = 3;
    private static final Pattern DATA = Pattern.compile("data: ([0-9]+)\n");

    /// A past that answers late, page by page, and has forgotten what is older than some place.
    private final class Memory implements Past {

        private final Deque<Runnable> asked = new ArrayDeque<>();
        private long forgottenUpTo;
        private boolean searched;

        @Override
        public Future<Page> page(LoopHub loop, Channel channel, EventId after, int together) {
            Promise<Page> promise = Promise.promise();
            StreamId upTo = loop.window(0).begin().id();
            asked.add(() -> promise.complete(page(channel, after.timestamp(), upTo.ms())));
            return promise.future();
        }

        private Page page(Channel channel, long after, long upTo) {
            if (after < forgottenUpTo) {
                return new Page.Trimmed();
            }
            List<LiveEvent> events = log.stream()
                    .filter(event -> event.channel().equals(channel))
                    .filter(event -> !event.logged().event().ephemeral())
                    .filter(event ->
                            event.position().ms() > after && event.position().ms() <= upTo)
                    .limit(PAGE)
                    .map(event -> LiveEvent.ofPast(event.logged()))
                    .toList();
            StreamId end = events.size() == PAGE ? events.getLast().position() : new StreamId(upTo, 0);
            return new Page.Read(events, end, searched);
        }

        void answer() {
            for (int i = asked.size(); i > 0; i--) {
                asked.remove().run();
            }
        }
    }

    private final LoopHub hub =
            new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), new PushMetrics(new SimpleMeterRegistry()));
    private final Memory memory = new Memory();
    private final List<LiveEvent> log = new ArrayList<>();
    private final List<Long> delivered = new ArrayList<>();
    private final Map<Channel, Long> gapsAt = new HashMap<>();
    /// What the tail has read and the event loop not delivered yet: the window is ahead of the hub.
    private final Deque<LogBatch> queued = new ArrayDeque<>();

    private int still;
    private int room;
    private int written;
    private int cut;
    private boolean breaks;
    private GapReason expected = GapReason.LAGGING;

    /// Takes runs of events without a look of the feed, while there is room.
    private final Wire wire = new Wire() {
        @Override
        public boolean isWritable() {
            return room > 0;
        }

        @Override
        public long pending() {
            return 0;
        }

        @Override
        public void write(byte[] message) {
            room--;
            Matcher timestamp = DATA.matcher(new String(message, StandardCharsets.US_ASCII));
            assertThat(timestamp.find()).isTrue();
            delivered.add(Long.valueOf(timestamp.group(1)));
            written++;
        }

        @Override
        public boolean offer(Shared messages) {
            if (room > 0) {
                messages.messages().forEach(this::write);
                return true;
            }
            return false;
        }

        @Override
        public void onceDrained(Runnable task) {
            throw new AssertionError("the feed does not ask it");
        }
    };

    private final Feed feed = new Feed(hub, memory, new Feed.Out() {
        @Override
        public Transport transport() {
            return Transport.SSE;
        }

        @Override
        public Form form() {
            return Form.STREAM;
        }

        /// Takes runs whole, as a connection's wire does.
        @Override
        public Wire wireOfAll() {
            return wire;
        }

        @Override
        public boolean wants(LiveEvent event) {
            return true;
        }

        @Override
        public boolean isWritable() {
            return room > 0;
        }

        /// The test says when it drains.
        @Override
        public void stalled() {}

        @Override
        public void write(LiveEvent event, Subscription subscription) {
            if (breaks) {
                throw new IllegalStateException("as a socket might");
            }
            room--;
            delivered.add(event.logged().id().timestamp());
        }

        @Override
        public void gap(Channel channel, GapReason reason) {
            assertThat(reason).isEqualTo(expected);
            gapsAt.put(channel, hub.position(0).timestamp());
        }

        @Override
        public void writeOutOfTurn(LiveEvent event, Subscription subscription) {
            throw new AssertionError("nothing comes out of turn");
        }

        @Override
        public void tooSlow() {
            throw new AssertionError("nobody looks how far it is behind");
        }

        @Override
        public void broken() {
            cut++;
        }
    });

    /// The way that costs least is the way of all events but the few that need a look.
    @Test
    void whatWaitsForNothingIsWrittenWithoutALook() {
        Window window = new Window(new StreamId(1, 0), 16, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        feed.follow(Entries.channel(0));
        feed.catchUp();

        room = 3;
        deliver(window, 2, 3);
        assertThat(delivered).containsExactly(2L, 3L);
        assertThat(written).isEqualTo(2);

        room = 0;
        deliver(window, 4);
        room = 10;
        deliver(window, 5);
        assertThat(delivered).as("behind").containsExactly(2L, 3L);

        feed.drained();
        assertThat(delivered).containsExactly(2L, 3L, 4L, 5L);
        assertThat(written).as("looked at").isEqualTo(2);

        deliver(window, 6);
        assertThat(written).isEqualTo(3);
        feed.hold();
        deliver(window, 7);
        assertThat(delivered).containsExactly(2L, 3L, 4L, 5L, 6L);
    }

    /// Each page of it costs Redis much more than it brings.
    @Test
    void whatMustBeSearchedForInTheLogIsReadUpToABoundAndTheRestIsTold() {
        expected = GapReason.TRIMMED;
        Window window = new Window(new StreamId(1, 0), 16, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        room = Integer.MAX_VALUE;
        long ms = 1;
        for (int page = 0; page < 2 * Past.MOST_SCANS; page++) {
            for (int i = 0; i < PAGE; i++) {
                log.add(window.append(new StreamId(++ms, 0), Entries.event(ms, 0, false)));
            }
        }
        hub.deliver(new LogBatch(window, List.of(), Entries.place(ms), window.last()), null);

        memory.searched = true;
        feed.rewind(feed.follow(Entries.channel(0)), -1, Entries.place(1));
        feed.catchUp();
        while (!memory.asked.isEmpty()) {
            memory.answer();
        }

        assertThat(delivered).hasSize(Past.MOST_SCANS * PAGE).isSorted();
        assertThat(gapsAt).containsExactly(Map.entry(Entries.channel(0), ms));
        deliver(window, ms + 1);
        assertThat(delivered.getLast()).isEqualTo(ms + 1);
    }

    /// It does not get what comes behind that, or its client would come back from there.
    @Test
    void aConnectionThatBreaksGetsNothingMoreAndTheOthersEverything() {
        Window window = new Window(new StreamId(1, 0), 16, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        room = 100;
        feed.follow(Entries.channel(0));
        Throwing throwing = new Throwing();
        hub.subscribe(throwing, Entries.channel(0));
        feed.catchUp();

        deliver(window, 2, 3);
        assertThat(throwing.causes).hasSize(2);
        assertThat(delivered).containsExactly(2L, 3L);

        feed.hold();
        deliver(window, 4);
        breaks = true;
        feed.release();
        assertThat(cut).isEqualTo(1);
        breaks = false;
        deliver(window, 5);
        feed.drained();
        assertThat(delivered).containsExactly(2L, 3L);
        assertThat(feed.isStalled()).as("so that no heartbeat says more").isTrue();
        assertThat(cut).isEqualTo(1);
    }

    /// Those who were to get it get a gap, and nothing of the next channel.
    @Test
    @SuppressWarnings("NullAway") // a form that there is not cannot be written
    void aBatchThatFailsAsAWholeIsToldAndLeavesNothingBehind() {
        expected = GapReason.RESET;
        Window window = new Window(new StreamId(1, 0), 16, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        room = 100;
        feed.follow(Entries.channel(0));
        feed.hold();
        Formless formless = new Formless();
        Subscription failing = hub.subscribe(formless, Entries.channel(0));
        failing.flow(wire);

        deliver(window, 2);
        assertThat(gapsAt).containsExactly(Map.entry(Entries.channel(0), 2L));
        assertThat(formless.gaps).isEqualTo(1);
        hub.unsubscribe(failing);
        feed.release();

        hub.subscribe(new Throwing(), Entries.channel(1));
        LiveEvent others = window.append(new StreamId(3, 0), Entries.event(3, 1, false));
        hub.deliver(new LogBatch(window, List.of(others), Entries.place(3), window.last()), null);
        assertThat(delivered).isEmpty();
        deliver(window, 4);
        assertThat(delivered).containsExactly(4L);
    }

    private static final class Formless implements Follower {

        private int gaps;

        @Override
        public Transport transport() {
            return Transport.SSE;
        }

        @Override
        @SuppressWarnings("NullAway")
        public Form form() {
            return null;
        }

        @Override
        public boolean deliver(LiveEvent event, Subscription subscription) {
            return false;
        }

        @Override
        public void gap(Subscription subscription, GapReason reason) {
            gaps++;
        }

        @Override
        public void forked(Subscription subscription, @Nullable StreamId phantom) {}

        @Override
        public void broken(Throwable cause) {}
    }

    /// Is told of each failure, and nobody else is.
    private static final class Throwing implements Follower {

        private final List<Throwable> causes = new ArrayList<>();

        @Override
        public Transport transport() {
            return Transport.SSE;
        }

        @Override
        public Form form() {
            return Form.STREAM;
        }

        @Override
        public boolean deliver(LiveEvent event, Subscription subscription) {
            throw new IllegalStateException("as any code might");
        }

        @Override
        public void gap(Subscription subscription, GapReason reason) {}

        @Override
        public void forked(Subscription subscription, @Nullable StreamId phantom) {}

        @Override
        public void broken(Throwable cause) {
            causes.add(cause);
        }
    }

    private void deliver(Window window, long... times) {
        List<LiveEvent> batch = new ArrayList<>();
        for (long ms : times) {
            batch.add(window.append(new StreamId(ms, 0), Entries.event(ms, 0, false)));
        }
        hub.deliver(new LogBatch(window, batch, Entries.place(times[times.length - 1]), window.last()), null);
    }

    /// As a WebSocket does: leaves channels, and comes back to them from the last it had there, one after the
    /// other.
    @RepeatedTest(500)
    void whoLeavesChannelsAndComesBackToThemMissesNothingSilently(RepetitionInfo repetition) {
        Random random = new Random(1000 + repetition.getCurrentRepetition());
        Window window = new Window(new StreamId(1, 0), random.nextBoolean() ? 16 : 4, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        room = Integer.MAX_VALUE;
        long ms = 1;
        for (int step = 0; step < 300; step++) {
            Channel channel = Entries.channel(random.nextInt(CHANNELS));
            if (feed.subscription(channel) != null) {
                if (random.nextInt(4) == 0) {
                    feed.unfollow(channel);
                }
            } else if (random.nextInt(2) == 0) {
                StreamId place = new StreamId(lastOf(channel), 0);
                feed.rewind(feed.follow(channel), window.find(place), Entries.place(place.ms()));
                feed.catchUp();
            }
            if (random.nextInt(3) == 0) {
                memory.answer();
            }
            if (random.nextInt(3) == 0) {
                room = random.nextInt(12);
                if (room > 0) {
                    feed.drained();
                }
                feed.forgetFound();
            }
            List<LiveEvent> batch = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                ms++;
                LiveEvent live = window.append(new StreamId(ms, 0), Entries.event(ms, random.nextInt(CHANNELS), false));
                batch.add(live);
                log.add(live);
            }
            queued.add(new LogBatch(window, batch, Entries.place(ms), window.last()));
            deliverSome(random);
        }
        deliverAll();
        deliverAll();
        room = Integer.MAX_VALUE;
        for (int channel = 0; channel < CHANNELS; channel++) {
            if (feed.subscription(Entries.channel(channel)) == null) {
                StreamId place = new StreamId(lastOf(Entries.channel(channel)), 0);
                feed.rewind(feed.follow(Entries.channel(channel)), window.find(place), Entries.place(place.ms()));
            }
        }
        feed.drained();
        while (!memory.asked.isEmpty()) {
            memory.answer();
        }

        assertThat(gapsAt).isEmpty();
        for (int channel = 0; channel < CHANNELS; channel++) {
            Channel each = Entries.channel(channel);
            assertThat(deliveredOf(each))
                    .isEqualTo(log.stream()
                            .filter(event -> event.channel().equals(each))
                            .map(event -> event.position().ms())
                            .toList());
        }
    }

    /// Now and then it stands still for some steps, as an event loop does that has much to write.
    private void deliverSome(Random random) {
        if (still == 0 && random.nextInt(10) == 0) {
            still = random.nextInt(20);
        }
        if (still > 0) {
            still--;
        } else {
            deliverAll();
        }
    }

    private void deliverAll() {
        while (!queued.isEmpty()) {
            hub.deliver(queued.remove(), null);
        }
    }

    private List<Long> deliveredOf(Channel channel) {
        Map<Long, Channel> channels = new HashMap<>();
        log.forEach(event -> channels.put(event.position().ms(), event.channel()));
        return delivered.stream().filter(ms -> channel.equals(channels.get(ms))).toList();
    }

    private long lastOf(Channel channel) {
        List<Long> all = deliveredOf(channel);
        return all.isEmpty() ? 1 : all.getLast();
    }

    @RepeatedTest(500)
    void aReaderThatStopsAndGoesOnMissesNothingSilently(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int capacity = random.nextBoolean() ? 1024 : 16;
        boolean forgetful = random.nextBoolean();
        Window window = new Window(new StreamId(1, 0), capacity, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        for (int channel = 0; channel < CHANNELS; channel++) {
            feed.follow(Entries.channel(channel));
        }
        List<Long> durable = new ArrayList<>();
        long ms = 1;
        for (int step = 0; step < 200; step++) {
            if (random.nextInt(3) == 0) {
                room = random.nextInt(12);
                if (room > 0) {
                    feed.drained();
                }
            }
            if (random.nextInt(3) == 0) {
                memory.answer();
            }
            if (forgetful && random.nextInt(20) == 0) {
                memory.forgottenUpTo = ms - random.nextInt(60);
            }
            List<LiveEvent> batch = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                ms++;
                int channel = random.nextInt(CHANNELS + 1);
                boolean ephemeral = random.nextInt(5) == 0;
                LiveEvent live = window.append(new StreamId(ms, 0), Entries.event(ms, channel, ephemeral));
                batch.add(live);
                if (channel < CHANNELS) {
                    log.add(live);
                    if (!ephemeral) {
                        durable.add(ms);
                    }
                }
            }
            queued.add(new LogBatch(window, batch, Entries.place(ms), window.last()));
            deliverSome(random);
            assertThat(feed.cursor().positions().getFirst().timestamp())
                    .as("nothing behind the cursor was written before something that is not")
                    .isGreaterThanOrEqualTo(delivered.isEmpty() ? 0 : delivered.getLast());
        }
        deliverAll();
        room = Integer.MAX_VALUE;
        feed.drained();
        while (!memory.asked.isEmpty()) {
            memory.answer();
        }

        assertThat(delivered).isSorted().doesNotHaveDuplicates();
        for (LiveEvent each : log) {
            long at = each.logged().id().timestamp();
            boolean told = gapsAt.getOrDefault(each.channel(), 0L) >= at;
            assertThat(told || delivered.contains(at) || !durable.contains(at))
                    .as("%s of %s", at, each.channel())
                    .isTrue();
        }
        if (capacity == 1024 || !forgetful) {
            assertThat(gapsAt).isEmpty();
        }
        assertThat(feed.cursor().positions().getFirst()).isEqualTo(hub.position(0));
    }
}
