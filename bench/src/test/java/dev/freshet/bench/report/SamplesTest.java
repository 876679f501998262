package dev.freshet.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SamplesTest {

    private static final Figure COST = Figure.less("cost", "µs").ofLimit();
    private static final Figure RATE = Figure.more("rate", "/s");

    private final Samples samples = new Samples("some");

    @Test
    void aRatioIsTheMedianOfTheRoundsRatios() {
        costs("limit", 10, 20, 30);
        // Half as good, as good, as good: although the medians of both are apart.
        costs("Freshet", 20, 20, 30);

        Line ours = samples.lines().get(1);

        assertThat(ours.server()).isEqualTo("Freshet");
        assertThat(ours.median()).isEqualTo(20);
        assertThat(ours.ofLimit()).hasValue(1.0);
        assertThat(samples.lines().getFirst().ofLimit()).isEmpty();
    }

    @Test
    void lessIsBetterWhereItIs() {
        costs("limit", 8);
        costs("Freshet", 10);
        samples.target(Target.ofLimit(COST, 0.8));

        assertThat(samples.lines().get(1).isMet()).isTrue();
        assertThat(samples.lines().get(1).cells()).contains("0.80", "≥ 0.80 of limit", "yes");
    }

    @Test
    void aTargetThatIsMissedIsNotFarFromIt() {
        samples.target(Target.value(RATE, 100));

        samples.add(RATE, "Freshet", 0, 70);
        assertThat(samples.lines().getFirst().isMet()).isFalse();
        assertThat(samples.lines().getFirst().isNearlyMet()).isTrue();

        samples.add(RATE, "Freshet", 0, 50);
        assertThat(samples.lines().getFirst().isNearlyMet()).isFalse();
    }

    @Test
    void nothingMayBeLostWhereTheTargetIsZero() {
        Figure lost = Figure.less("lost", "");
        samples.target(Target.value(lost, 0));

        samples.add(lost, "Freshet", 0, 1);
        assertThat(samples.lines().getFirst().isNearlyMet()).isFalse();

        samples.add(lost, "Freshet", 0, 0);
        assertThat(samples.lines().getFirst().isMet()).isTrue();
    }

    @Test
    void targetsAreFreshetsOwn() {
        samples.target(Target.value(RATE, 100));
        samples.add(RATE, "Nchan", 0, 1);

        assertThat(samples.lines().getFirst().isMet()).isTrue();
    }

    @Test
    void aTargetAgainstAPeerThatIsNotThereIsNotJudged() {
        samples.target(Target.ofPeer(RATE, "Nchan", 1));
        samples.add(RATE, "Freshet", 0, 50);
        assertThat(samples.lines().getFirst().cells()).contains("≥ 1 of Nchan (not measured)");

        samples.add(RATE, "Nchan", 0, 60);
        assertThat(samples.lines().getFirst().isMet()).isFalse();
    }

    @Test
    void medians() {
        assertThat(Samples.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Samples.median(List.of(4.0, 1.0))).isEqualTo(2.5);
    }

    private void costs(String server, double... rounds) {
        for (int round = 0; round < rounds.length; round++) {
            samples.add(COST, server, round, rounds[round]);
        }
    }
}
