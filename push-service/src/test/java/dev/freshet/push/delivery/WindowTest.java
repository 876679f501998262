package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
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
        Window window = new Window(new StreamId(5, 0), capacity, Long.MAX_VALUE);
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
    void aPlaceIsFoundByTheNewestEntryThatIsNotBehindIt() {
        Window window = new Window(new StreamId(5, 0), 4, Long.MAX_VALUE);
        for (long ms = 10; ms < 60; ms += 10) {
            window.append(new StreamId(ms, 0), ms == 30 ? null : Entries.event(ms, 0, false));
        }

        assertThat(window.find(new StreamId(50, 0))).isEqualTo(5);
        assertThat(window.find(new StreamId(99, 0))).isEqualTo(5);
        assertThat(window.find(new StreamId(30, 0))).isEqualTo(3);
        assertThat(window.find(new StreamId(35, 0))).isEqualTo(3);
        assertThat(window.find(new StreamId(10, 0))).isEqualTo(1);
        assertThat(window.find(new StreamId(9, 0))).isEqualTo(-1);
        assertThat(window.find(new StreamId(5, 0))).isEqualTo(-1);
    }

    @Test
    void itsBeginningIsAPlace() {
        Window window = new Window(new StreamId(5, 0), 4, Long.MAX_VALUE);
        assertThat(window.find(new StreamId(5, 0))).isZero();
        assertThat(window.find(new StreamId(4, 0))).isEqualTo(-1);

        window.append(new StreamId(6, 0), Entries.event(6, 0, false));

        assertThat(window.find(new StreamId(5, 0))).isZero();
        assertThat(window.missed(Entries.channel(0), 0, 1).events()).hasSize(1);
        assertThat(window.missed(Entries.channel(1), 0, 1)).isEqualTo(new Window.Missed(List.of(), true));
    }

    @Test
    void theNewestOfAChannelComeNewestFirst() {
        Window window = new Window(new StreamId(5, 0), 8, Long.MAX_VALUE);
        for (long ms = 10; ms <= 90; ms += 10) {
            window.append(new StreamId(ms, 0), Entries.event(ms, ms % 20 == 0 ? 1 : 0, false));
        }

        assertThat(window.newest(Entries.channel(0), window.last(), 2, any -> true))
                .extracting(event -> event.logged().id().timestamp())
                .containsExactly(90L, 70L);
        assertThat(window.newest(Entries.channel(0), 5, 9, any -> true))
                .extracting(event -> event.logged().id().timestamp())
                .containsExactly(50L, 30L);
        assertThat(window.newest(Entries.channel(0), window.last(), 9, any -> false))
                .isEmpty();
    }

    @RepeatedTest(100)
    void aWindowThatIsCutIsTheOneThatWasBefore(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int capacity = 1 << 2 + random.nextInt(4);
        int cut = 1 + random.nextInt(40);
        int all = cut + random.nextInt(capacity);
        Window whole = new Window(new StreamId(5, 0), capacity, Long.MAX_VALUE);
        List<LoggedEvent> events = new ArrayList<>();
        for (int i = 1; i <= all; i++) {
            LoggedEvent event = random.nextInt(5) == 0 ? null : Entries.event(5 + i, random.nextInt(3), false);
            events.add(event);
            whole.append(new StreamId(5 + i, 0), event);
        }
        long begin = whole.begin().number();
        if (cut < begin) {
            return;
        }
        Window before = whole.upTo(cut);

        assertThat(before.last()).isEqualTo(cut);
        assertThat(before.begin()).isEqualTo(whole.begin());
        for (int channel = 0; channel < 3; channel++) {
            assertThat(before.missed(Entries.channel(channel), begin, Long.MAX_VALUE))
                    .isEqualTo(whole.missed(Entries.channel(channel), begin, cut));
        }
        assertThat(whole.behind(cut).keySet())
                .containsExactlyInAnyOrderElementsOf(events.subList(cut, all).stream()
                        .filter(Objects::nonNull)
                        .map(event -> event.event().channel())
                        .collect(Collectors.toSet()));
    }

    @Test
    void bytesBoundItToo() {
        Window window = new Window(new StreamId(5, 0), 1 << 16, 100_000);
        LoggedEvent event = Entries.event(6, 0, false);
        for (long ms = 6; ms < 5000; ms++) {
            window.append(new StreamId(ms, 0), event);
        }

        assertThat(window.size()).isBetween(90L, 100L);
    }
}
