package dev.freshet.ticket.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicketLifeTest {

    @ParameterizedTest
    @CsvSource({"600000,30", "30000,30", "29999,29", "1500,1", "1000,1", "999,1", "1,1", "0,1", "-60000,1"})
    void aTicketLivesThirtySecondsUnlessItsTokenEndsBefore(long tokenLifeMs, int seconds) {
        long now = 1_700_000_000_000L;
        assertThat(TicketStore.lifeSeconds(now, now + tokenLifeMs)).isEqualTo(seconds);
    }
}
