package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.replay.Resume;
import dev.freshet.push.replay.Resume.Decision;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import org.junit.jupiter.api.Test;

/// Which place of a client leads to what. Stands here, because only the tail's side may fill a hub.
class ResumeDecisionTest {

    private final LoopHub hub =
            new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), new PushMetrics(new SimpleMeterRegistry()));

    @Test
    void aWindowThatDroppedNothingKnowsEveryPlaceBehindItsBeginning() {
        fill(1024);

        assertThat(decide(Entries.place(50))).isEqualTo(new Decision.Live());
        assertThat(decide(Entries.place(20))).isEqualTo(new Decision.Behind(2, Entries.place(20)));
        assertThat(decide(Entries.place(5))).isEqualTo(new Decision.Behind(0, Entries.place(5)));
        assertThat(decide(Entries.place(7))).isEqualTo(new Decision.Behind(0, Entries.place(7)));
        assertThat(decide(Entries.place(25))).isEqualTo(new Decision.Behind(2, Entries.place(25)));
        assertThat(decide(Entries.place(4))).isEqualTo(new Decision.Behind(-1, Entries.place(4)));
    }

    @Test
    void whatWasDroppedIsBeforeTheWindow() {
        fill(4);

        assertThat(decide(Entries.place(40))).isEqualTo(new Decision.Behind(4, Entries.place(40)));
        assertThat(decide(Entries.place(10))).isEqualTo(new Decision.Behind(1, Entries.place(10)));
        assertThat(decide(Entries.place(9))).isEqualTo(new Decision.Behind(-1, Entries.place(9)));
    }

    @Test
    void aPlaceOfAnEpochBeforeCountsAsFarAsItIsShared() {
        fill(1024);

        EventId shared = new EventId(0, new StreamId(30, 0), "oldepoch");
        assertThat(decide(shared)).isEqualTo(new Decision.Behind(3, shared));
        assertThat(decide(new EventId(0, new StreamId(30, 1), "oldepoch")))
                .isEqualTo(new Decision.Gap(GapReason.RESET));
    }

    @Test
    void aPlaceOfAnotherLogOrNoneIsAReset() {
        fill(1024);

        assertThat(decide(new EventId(0, new StreamId(20, 0), "otherlog")))
                .isEqualTo(new Decision.Gap(GapReason.RESET));
        assertThat(decide(new EventId(3, new StreamId(20, 0), Entries.EPOCH)))
                .isEqualTo(new Decision.Gap(GapReason.RESET));
        assertThat(decide(Entries.place(60))).isEqualTo(new Decision.Gap(GapReason.RESET));
        assertThat(Resume.decide(null, Entries.channel(0), hub)).isEqualTo(new Decision.Gap(GapReason.RESET));
    }

    private Decision decide(EventId place) {
        return Resume.decide(Cursor.of(place), Entries.channel(0), hub);
    }

    /// Begins behind 5 and has entries at 10, 20, 30, 40 and 50.
    private void fill(int capacity) {
        Window window = new Window(new StreamId(5, 0), capacity, Long.MAX_VALUE);
        for (long ms = 10; ms <= 50; ms += 10) {
            window.append(new StreamId(ms, 0), Entries.event(ms, 0, false));
        }
        hub.begin(window, Entries.place(50), window.last(), Forks.parse("oldepoch 30-0"));
    }
}
