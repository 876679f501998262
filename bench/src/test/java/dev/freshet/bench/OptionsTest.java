package dev.freshet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OptionsTest {

    @Test
    void sizesAreTheScenariosUnlessTheyAreGiven() {
        Options usual = Options.parse("latency");

        assertThat(usual.scenarios()).containsExactly("latency");
        assertThat(usual.connections(5_000)).isEqualTo(5_000);
        assertThat(usual.rate(4)).isEqualTo(4);
        assertThat(usual.span(10)).isEqualTo(Duration.ofSeconds(10));

        Options given = Options.parse("--connections", "300", "--rate", "20", "--seconds", "2");
        assertThat(given.connections(5_000)).isEqualTo(300);
        assertThat(given.rate(4)).isEqualTo(20);
        assertThat(given.span(10)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aShortRunIsATenthOfTheSizeAndOneRound() {
        Options shortened = Options.parse("--short");

        assertThat(shortened.connections(5_000)).isEqualTo(500);
        assertThat(shortened.span(10)).isEqualTo(Duration.ofSeconds(3));
        assertThat(shortened.rounds()).isEqualTo(1);
        assertThat(Options.parse("--short", "--rounds", "4").rounds()).isEqualTo(4);
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThatThrownBy(() -> Options.parse("--fast")).hasMessageContaining("\"--fast\" is not known");
        assertThatThrownBy(() -> Options.parse("--rounds")).hasMessageContaining("--rounds needs a value");
        assertThatThrownBy(() -> Options.parse("--rounds", "0")).hasMessageContaining("from 1 to 100");
        assertThatThrownBy(() -> Options.parse("--rounds", "many")).hasMessageContaining("not \"many\"");
    }
}
