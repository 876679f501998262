package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.config.PushConfig.SlowPolicy;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.wire.Wire;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A connection whose socket stops, against each bound and under each policy.
class LagLimitsTest {

    private final PushMetrics metrics = new PushMetrics(new SimpleMeterRegistry());
    private final LoopHub hub = new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), metrics);
    private final Window window = new Window(new StreamId(1, 0), 1024, Long.MAX_VALUE);
    private final Reader reader = new Reader();
    private long ms = 1;

    LagLimitsTest() {
        hub.begin(window, Entries.place(1), 0, Forks.NONE);
        reader.feed.follow(Entries.channel(0));
        reader.feed.follow(Entries.channel(1));
    }

    @Test
    void entriesOfEveryChannelCount() {
        reader.writable = false;
        publish(0, false, 1);
        publish(9, false, 9);
        LagLimits limits = new LagLimits(10, 0, 0, SlowPolicy.DISCONNECT);
        assertThat(limits.areExceededBy(reader.feed, 0)).isFalse();

        publish(9, false, 1);

        assertThat(limits.areExceededBy(reader.feed, 0)).isTrue();
    }

    @Test
    void bytesCountAsTheWindowCountsThem() {
        reader.writable = false;
        publish(0, false, 10);
        long bytes = reader.feed.lagBytes();

        assertThat(bytes).isBetween(10_000L, 11_000L);
        assertThat(new LagLimits(0, bytes, 0, SlowPolicy.DISCONNECT).areExceededBy(reader.feed, 0))
                .isFalse();
        assertThat(new LagLimits(0, bytes - 1, 0, SlowPolicy.DISCONNECT).areExceededBy(reader.feed, 0))
                .isTrue();
    }

    @Test
    void timeCountsFromTheFirstEventThatWasNotTakenUntilAllAre() {
        reader.writable = false;
        publish(0, false, 3);
        long since = reader.feed.behindSince();
        LagLimits limits = new LagLimits(0, 0, 50, SlowPolicy.DISCONNECT);
        assertThat(limits.areExceededBy(reader.feed, since + 50)).isFalse();
        assertThat(limits.areExceededBy(reader.feed, since + 51)).isTrue();
        assertThat(hub.slow()).containsExactly(reader.feed);

        reader.take(1);
        assertThat(reader.feed.behindSince()).as("it is still behind").isEqualTo(since);

        reader.take(2);
        assertThat(reader.feed.behindSince()).isZero();
        assertThat(limits.areExceededBy(reader.feed, since + 51)).isFalse();
        assertThat(hub.slow()).isEmpty();
    }

    @Test
    void nobodyLooksAfterWhoIsClosed() {
        reader.writable = false;
        publish(0, false, 3);

        reader.feed.close();
        reader.feed.drained();

        assertThat(hub.slow()).isEmpty();
    }

    @Test
    void withoutBoundsNothingIsTooMuch() {
        reader.writable = false;
        publish(0, false, 500);

        assertThat(new LagLimits(0, 0, 0, SlowPolicy.DISCONNECT).areExceededBy(reader.feed, Long.MAX_VALUE))
                .isFalse();
    }

    @Test
    void whoCameBackMayBeFarBehindButNotForEver() {
        publish(0, false, 500);
        reader.writable = false;
        reader.feed.rewind(reader.feed.follow(Entries.channel(0)), 1, Entries.place(2));
        reader.feed.catchUp();
        long since = reader.feed.behindSince();

        LagLimits limits = new LagLimits(10, 10, 50, SlowPolicy.DISCONNECT);
        assertThat(reader.feed.lag()).isEqualTo(499);
        assertThat(limits.areExceededBy(reader.feed, since)).isFalse();
        assertThat(limits.areExceededBy(reader.feed, since + 51)).isTrue();
    }

    @Test
    void disconnectEndsItOnceItsSocketTakesSomething() {
        reader.writable = false;
        publish(0, false, 11);

        new LagLimits(10, 0, 0, SlowPolicy.DISCONNECT).drained(reader.feed);

        assertThat(reader.ended).isTrue();
        assertThat(reader.delivered).isEmpty();
        assertThat(reader.gaps).isEmpty();
    }

    @Test
    void gapSkipsToWhatIsNewWithOneGapForEachChannelThatLosesSomething() {
        reader.writable = false;
        publish(0, false, 11);
        publish(1, true, 11);
        reader.writable = true;
        // Its place is what the client comes back with, should it break now.
        assertThat(reader.feed.cursor().toString()).startsWith("1-0~");

        new LagLimits(10, 0, 0, SlowPolicy.GAP).drained(reader.feed);

        assertThat(reader.ended).isFalse();
        assertThat(reader.gaps).containsExactly(Entries.channel(0));
        assertThat(reader.cursorAtGap).isEqualTo(Entries.place(ms).toString());
        assertThat(reader.delivered).isEmpty();
        publish(0, false, 1);
        assertThat(reader.delivered).containsExactly(ms);
        assertThat(reader.feed.behindSince()).isZero();
    }

    @Test
    void withinTheBoundsItReadsOn() {
        reader.writable = false;
        publish(0, false, 10);
        reader.writable = true;

        new LagLimits(10, 0, 0, SlowPolicy.GAP).drained(reader.feed);

        assertThat(reader.delivered).hasSize(10);
        assertThat(reader.gaps).isEmpty();
    }

    private void publish(int channel, boolean ephemeral, int count) {
        List<LiveEvent> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ms++;
            batch.add(window.append(new StreamId(ms, 0), Entries.event(ms, channel, ephemeral)));
        }
        hub.deliver(new LogBatch(window, batch, Entries.place(ms), window.last()), null);
    }

    private final class Reader implements Feed.Out {

        private final Feed feed = new Feed(hub, Entries.FORGOTTEN, this);
        private final List<Long> delivered = new ArrayList<>();
        private final List<Channel> gaps = new ArrayList<>();
        private String cursorAtGap = "";
        private boolean writable = true;
        private int room = Integer.MAX_VALUE;
        private boolean ended;

        /// Its socket takes so many events.
        void take(int count) {
            writable = true;
            room = count;
            feed.drained();
        }

        @Override
        public Transport transport() {
            return Transport.SSE;
        }

        @Override
        public boolean wants(LiveEvent event) {
            return true;
        }

        @Override
        public Form form() {
            return Form.STREAM;
        }

        /// Events are counted here one by one.
        @Override
        public @Nullable Wire wireOfAll() {
            return null;
        }

        @Override
        public boolean isWritable() {
            return writable && room > 0;
        }

        /// The test says when it drains.
        @Override
        public void stalled() {}

        @Override
        public void write(LiveEvent event, Subscription subscription) {
            room--;
            delivered.add(event.logged().id().timestamp());
        }

        @Override
        public void gap(Channel channel, GapReason reason) {
            assertThat(reason).isEqualTo(GapReason.LAGGING);
            cursorAtGap = feed.cursor().toString();
            gaps.add(channel);
        }

        @Override
        public void tooSlow() {
            ended = true;
        }

        @Override
        public void writeOutOfTurn(LiveEvent event, Subscription subscription) {
            throw new AssertionError("nothing comes out of turn");
        }

        @Override
        public void broken() {
            throw new AssertionError("nothing breaks");
        }
    }
}
