package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgeTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void limitsLieAFifthAroundWhatIsSetAndDiffer() {
        List<Age> ages = IntStream.range(0, 200)
                .mapToObj(i -> Age.upTo(Duration.ofSeconds(100)))
                .toList();

        assertThat(ages).noneMatch(age -> age.isOver(80 * SECOND - 1)).allMatch(age -> age.isOver(120 * SECOND + 1));
        assertThat(ages.stream().filter(age -> age.isOver(100 * SECOND)).count())
                .isBetween(50L, 150L);
    }

    @Test
    void zeroIsNoLimit() {
        assertThat(Age.upTo(Duration.ZERO).isOver(Long.MAX_VALUE - 1)).isFalse();
    }
}
