package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Whether a delivery costs the same however many are connected: the same deliveries per second, from 1,000 to
/// 15,000 subscribers.
final class Growth implements Scenario {

    private static final Figure GREW = Figure.less("cost at the most, of that at the fewest", "");
    private static final int CLIENTS = 15_000;
    private static final List<Double> PARTS = List.of(1.0 / 15, 1.0 / 3, 2.0 / 3, 1.0);
    private static final double DELIVERIES = 20_000;
    private static final int SECONDS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /// What counts as flat: caches of the processor hold fewer and fewer of the sockets.
    private static final double FLAT = 1.2;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String description() {
        return "20,000 deliveries/s to 1,000, 5,000, 10,000 and 15,000 SSE subscribers";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        int most = bench.options().connections(CLIENTS);
        Duration span = bench.options().span(SECONDS);
        samples.target(Target.value(GREW, FLAT));
        Audience all = Audience.crowd(Wire.SSE, most);
        bench.alternate(samples, all, Freshet.Plan.usual(), (contender, round) -> {
            double first = 0;
            double last = 0;
            for (double part : PARTS) {
                int clients = Math.max(1, (int) Math.round(most * part));
                double rate = bench.options().rate(DELIVERIES) / clients;
                try (Trial trial = Trial.open(bench, contender, Audience.crowd(Wire.SSE, clients))) {
                    trial.atRate(rate, WARM_UP);
                    last = trial.atRate(rate, span).microsPerDelivery();
                }
                first = first == 0 ? last : first;
                bench.say("round %d  %-16s %,6d clients %6.2f µs per delivery", round, contender.name(), clients, last);
                if (round >= 0) {
                    Figure cost = Figure.less("CPU per delivery, %,d clients".formatted(clients), "µs")
                            .ofLimit();
                    samples.add(cost, contender.name(), round, last);
                }
            }
            if (round >= 0) {
                samples.add(GREW, contender.name(), round, last / first);
            }
        });
    }
}
