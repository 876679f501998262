package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// A connection whose socket stops and goes on as it likes gets everything once and in order, or is told.
class FeedTest {

    private static final int CHANNELS = 4;

    private final LoopHub hub =
            new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), new PushMetrics(new SimpleMeterRegistry()));
    private final List<Long> delivered = new ArrayList<>();
    private final Map<Channel, Long> gapsAt = new HashMap<>();
    private int room;

    private final Feed feed = new Feed(hub, new Feed.Out() {
        @Override
        public Transport transport() {
            return Transport.SSE;
        }

        @Override
        public boolean wants(LiveEvent event) {
            return true;
        }

        @Override
        public boolean isWritable() {
            return room > 0;
        }

        @Override
        public void write(LiveEvent event, Subscription subscription) {
            room--;
            delivered.add(event.logged().id().timestamp());
        }

        @Override
        public void gap(Channel channel, GapReason reason) {
            assertThat(reason).isEqualTo(GapReason.LAGGING);
            gapsAt.put(channel, hub.position(0).timestamp());
        }
    });

    @RepeatedTest(300)
    void aReaderThatStopsAndGoesOnMissesNothingSilently(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int capacity = random.nextBoolean() ? 1024 : 16;
        Window window = new Window(Entries.place(1), capacity, Long.MAX_VALUE);
        hub.begin(window, Entries.place(1), 0);
        for (int channel = 0; channel < CHANNELS; channel++) {
            feed.follow(Entries.channel(channel));
        }
        Map<Long, Channel> published = new HashMap<>();
        List<Long> durable = new ArrayList<>();
        long ms = 1;
        for (int step = 0; step < 200; step++) {
            if (random.nextInt(3) == 0) {
                room = random.nextInt(12);
                if (room > 0) {
                    feed.drained();
                }
            }
            List<LiveEvent> batch = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                ms++;
                int channel = random.nextInt(CHANNELS + 1);
                boolean ephemeral = random.nextInt(5) == 0;
                LiveEvent live = window.append(new StreamId(ms, 0), Entries.event(ms, channel, ephemeral));
                batch.add(live);
                if (channel < CHANNELS) {
                    published.put(ms, Entries.channel(channel));
                    if (!ephemeral) {
                        durable.add(ms);
                    }
                }
            }
            hub.deliver(new LogBatch(window, batch, Entries.place(ms), window.last()));
        }
        room = Integer.MAX_VALUE;
        feed.drained();

        assertThat(delivered).isSorted().doesNotHaveDuplicates();
        for (long each : durable) {
            Channel channel = published.get(each);
            boolean told = gapsAt.getOrDefault(channel, 0L) >= each;
            assertThat(told || delivered.contains(each))
                    .as("%s of %s", each, channel)
                    .isTrue();
        }
        if (capacity == 1024) {
            assertThat(gapsAt).isEmpty();
        }
    }
}
