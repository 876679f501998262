package dev.freshet.service.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevocationsTest {

    @ParameterizedTest
    @CsvSource({
        "4000, 5000, true",
        "5000, 5000, true",
        "5000, 5999, true",
        "6000, 5999, false",
        "6000, 6000, true",
        "0, 5000, true",
        "9000, 5000, false"
    })
    void aTokenIsRefusedIfItsSecondIsNotPastThatOfTheRevocation(long issuedAt, long revokedAt, boolean refused) {
        assertThat(Revocations.refuse(issuedAt, revokedAt)).isEqualTo(refused);
    }

    @Test
    void withoutARevocationNothingIsRefused() {
        assertThat(Revocations.refuse(0, 0)).isFalse();
        assertThat(Revocations.time(null)).isZero();
    }
}
