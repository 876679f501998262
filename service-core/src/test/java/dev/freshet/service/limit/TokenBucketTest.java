package dev.freshet.service.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void itGivesItsBurstAndThenItsRateAndNeverMoreThanItsBurstAgain() {
        // nanoTime may be anything, also about to overflow.
        for (long start : new long[] {0, -5 * SECOND, Long.MAX_VALUE - SECOND / 2}) {
            TokenBucket bucket = new TokenBucket(new Rate(5, 2), start);

            assertThat(taken(bucket, start, 20)).isEqualTo(5);
            assertThat(bucket.hasToken(start)).isFalse();
            assertThat(taken(bucket, start + SECOND / 2 - 1, 20)).isZero();
            assertThat(bucket.hasToken(start + SECOND / 2)).isTrue();
            assertThat(taken(bucket, start + SECOND / 2, 20)).isEqualTo(1);
            assertThat(taken(bucket, start + 2 * SECOND, 20)).isEqualTo(3);
            assertThat(taken(bucket, start + 100 * SECOND, 20)).isEqualTo(5);
        }
    }

    @Test
    void aBurstOfZeroIsNoLimit() {
        assertThat(taken(new TokenBucket(new Rate(0, 1), 0), 0, 1000)).isEqualTo(1000);
    }

    @Test
    void aRateThatCannotBeMeantIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(-1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(1, Double.NaN));
    }

    private static long taken(TokenBucket bucket, long now, int tries) {
        return IntStream.range(0, tries).filter(i -> bucket.take(now)).count();
    }
}
