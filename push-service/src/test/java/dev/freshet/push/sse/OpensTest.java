package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The bucket of openings, by a clock of the test's own.
class OpensTest {

    private static final String PATH = "/api/events/me";

    private final Opens opens = new Opens(1000);

    @Test
    void aBurstIsNotHeldAndWhatFollowsIsForASecond() {
        for (int i = 0; i < Opens.BURST; i++) {
            assertThat(opens.hold("ada", PATH, 100)).isZero();
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(opens.hold("ada", PATH, 100)).isEqualTo(1000);
        }
    }

    @Test
    void onePerSecondIsNeverHeld() {
        for (int i = 0; i < 100; i++) {
            assertThat(opens.hold("ada", PATH, i * 1000L)).isZero();
        }
    }

    @Test
    void whoKeptOpeningIsFreeAgainSoonAfter() {
        for (int i = 0; i < 5000; i++) {
            opens.hold("ada", PATH, i);
        }

        assertThat(opens.hold("ada", PATH, 5_000 + 1_500)).isBetween(1L, 1000L);
        assertThat(opens.hold("ada", PATH, 5_000 + 1_500 + 2_500)).isZero();
    }

    @Test
    void theHoldShrinksWithTheTimeThatPassedSinceTheBurst() {
        for (int i = 0; i < Opens.BURST; i++) {
            opens.hold("ada", PATH, 0);
        }

        assertThat(opens.hold("ada", PATH, 400)).isEqualTo(600);
    }

    @Test
    void usersAndPathsDoNotHoldEachOther() {
        for (int i = 0; i < 100; i++) {
            opens.hold("ada", PATH, 0);
        }

        assertThat(opens.hold("bob", PATH, 0)).isZero();
        assertThat(opens.hold("ada", "/api/rooms/a/events", 0)).isZero();
    }

    @Test
    void theTableIsBoundedAndForgetsWhatNoLongerCounts() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(opens.hold("user" + i, PATH, 5_000)).isZero();
        }
        assertThat(opens.size()).isEqualTo(1000);

        opens.hold("ada", PATH, 7_000);

        assertThat(opens.size()).isEqualTo(1);
    }
}
