package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/// Whether a second pod adds its full capacity: the same deliveries by one pod and by two. Both share this
/// machine, so what counts is what a delivery costs, not how many there are.
final class Pods implements Scenario {

    private static final Figure ONE = Figure.less("CPU per delivery, one pod", "µs");
    private static final Figure TWO = Figure.less("CPU per delivery, two pods", "µs");
    private static final Figure ADDED = Figure.more("capacity of two pods, of twice one", "");
    private static final int CLIENTS = 5_000;
    private static final double RATE = 4;
    private static final int SECONDS = 10;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final double FULL = 0.9;

    @Override
    public String name() {
        return "pods";
    }

    @Override
    public String description() {
        return "5,000 SSE subscribers on one pod, then on two";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience audience = Audience.crowd(Wire.SSE, bench.options().connections(CLIENTS));
        samples.target(Target.value(ADDED, FULL));
        try (Freshet one = Freshet.start(bench.place(), Freshet.Plan.usual());
                Freshet two = Freshet.start(bench.place(), new Freshet.Plan(2, 1, Map.of()))) {
            for (int round = -1; round < bench.options().rounds(); round++) {
                double alone = cost(bench, one, audience);
                double together = cost(bench, two, audience);
                bench.say("round %d  one pod %.2f µs per delivery, two %.2f µs", round, alone, together);
                if (round >= 0) {
                    samples.add(ONE, one.name(), round, alone);
                    samples.add(TWO, two.name(), round, together);
                    samples.add(ADDED, two.name(), round, alone / together);
                }
            }
        }
    }

    private static double cost(Bench bench, Freshet freshet, Audience audience) throws IOException {
        try (Trial trial = Trial.open(bench, freshet, audience)) {
            double rate = bench.options().rate(RATE);
            trial.atRate(rate, WARM_UP);
            return trial.atRate(rate, bench.options().span(SECONDS)).microsPerDelivery();
        }
    }
}
