package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/// The window against a list that forgets nothing.
class WindowTest {

    private record Kept(long ms, int channel) {}

    @RepeatedTest(200)
    void whatAChannelMissedIsExactOrIncomplete(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int capacity = 1 << 2 + random.nextInt(4);
        Window window = new Window(Entries.place(5), capacity, Long.MAX_VALUE);
        List<Kept> log = new ArrayList<>();
        long ms = 5;
        for (int step = 0; step < 150; step++) {
            ms += 1 + random.nextInt(3);
            // A rare channel's last event is dropped long before its next one comes.
            int channel = random.nextInt(10) == 0 ? 9 : random.nextInt(3);
            boolean skipped = random.nextInt(6) == 0;
            log.add(new Kept(ms, skipped ? -1 : channel));
            window.append(new StreamId(ms, 0), skipped ? null : Entries.event(ms, channel, false));

            int asked = random.nextInt(4) == 0 ? 9 : random.nextInt(3);
            int from = random.nextInt(log.size() + 1);
            int until = from + random.nextInt(log.size() - from + 1);
            Window.Missed missed = window.missed(Entries.channel(asked), from, until);

            List<Long> expected = log.subList(from, until).stream()
                    .filter(kept -> kept.channel() == asked)
                    .map(Kept::ms)
                    .toList();
            List<Long> actual = missed.events().stream()
                    .map(event -> event.logged().id().timestamp())
                    .toList();
            boolean withinReach = log.size() - from <= window.size();
            if (missed.complete()) {
                assertThat(actual).isEqualTo(expected);
            } else {
                assertThat(withinReach)
                        .as("nothing was dropped behind the place")
                        .isFalse();
            }
        }
        assertThat(window.size()).isLessThanOrEqualTo(capacity);
    }

    @Test
    void onlyItsOwnPlacesAreFound() {
        Window window = new Window(Entries.place(5), 4, Long.MAX_VALUE);
        for (long ms = 10; ms < 60; ms += 10) {
            window.append(new StreamId(ms, 0), ms == 30 ? null : Entries.event(ms, 0, false));
        }

        assertThat(window.find(Entries.place(50))).isEqualTo(5);
        assertThat(window.find(Entries.place(30))).isEqualTo(3);
        assertThat(window.find(Entries.place(35))).isEqualTo(-1);
        assertThat(window.find(Entries.place(10))).isEqualTo(-1);
        assertThat(window.find(Entries.place(5))).isEqualTo(-1);
        assertThat(window.isBefore(new StreamId(10, 0))).isTrue();
        assertThat(window.isBefore(new StreamId(35, 0))).isFalse();
    }

    @Test
    void itsBeginningIsAPlaceUntilSomethingIsDropped() {
        Window window = new Window(Entries.place(5), 4, Long.MAX_VALUE);
        assertThat(window.find(Entries.place(5))).isZero();
        assertThat(window.isBefore(new StreamId(4, 0))).isTrue();

        window.append(new StreamId(6, 0), Entries.event(6, 0, false));

        assertThat(window.find(Entries.place(5))).isZero();
        assertThat(window.missed(Entries.channel(0), 0, 1).events()).hasSize(1);
        assertThat(window.missed(Entries.channel(1), 0, 1)).isEqualTo(new Window.Missed(List.of(), true));
    }

    @Test
    void bytesBoundItToo() {
        Window window = new Window(Entries.place(5), 1 << 16, 100_000);
        LoggedEvent event = Entries.event(6, 0, false);
        for (long ms = 6; ms < 5000; ms++) {
            window.append(new StreamId(ms, 0), event);
        }

        assertThat(window.size()).isBetween(90L, 100L);
    }
}
