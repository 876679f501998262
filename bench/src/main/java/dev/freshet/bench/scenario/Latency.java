package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Fleet;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Contender;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/// From a publish over REST to the clients, on a system that has time. Of the others, whose publishers get no such
/// answer, from when an event was meant to leave.
final class Latency implements Scenario {

    private static final Figure P50 = Figure.less("acknowledged to received, p50", "ms");
    private static final Figure P99 = Figure.less("acknowledged to received, p99", "ms");
    private static final Figure WHOLE_P50 = Figure.less("meant to leave to received, p50", "ms");
    private static final Figure WHOLE_P99 = Figure.less("meant to leave to received, p99", "ms");
    private static final int CLIENTS = 1_000;
    private static final double RATE = 1;
    private static final int SECONDS = 20;

    /// What happens once for an event, here once a second, is compiled after thousands of them, not after as many
    /// deliveries: first come as many as the server takes, then some one by one.
    private static final int WARM_UP_UNDER_WAY = 20;

    private static final int WARM_UP_SECONDS = 10;
    private static final double WARM_UP_RATE = 20;
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return "1,000 SSE subscribers of one channel, 1 event/s published over REST";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience audience = Audience.crowd(Wire.SSE, bench.options().connections(CLIENTS));
        double rate = bench.options().rate(RATE);
        Duration span = bench.options().span(SECONDS);
        samples.target(Target.value(P50, 2));
        samples.target(Target.value(P99, 10));
        samples.note(
                "%,d clients, %.0f events/s for %d s; an event that arrives before its publisher's answer counts as 0"
                        .formatted(audience.clients(), rate, span.toSeconds()));
        bench.alternate(samples, audience, Freshet.Plan.usual(), (contender, round) -> {
            try (Trial trial = Trial.open(bench, contender, audience, publisher(contender, audience))) {
                trial.saturated(WARM_UP_UNDER_WAY, bench.options().span(WARM_UP_SECONDS));
                trial.atRate(WARM_UP_RATE, WARM_UP);
                trial.atRate(rate, span);
                if (round >= 0) {
                    add(samples, contender, round, trial.fleet());
                }
            }
        });
    }

    /// Over REST where there is such a thing, for its answer is what a publisher waits for.
    private static Trial.Source publisher(Contender contender, Audience audience) {
        return ledger -> contender instanceof Freshet freshet
                ? freshet.rest(audience, ledger)
                : contender.publisher(audience, ledger);
    }

    private static void add(Samples samples, Contender contender, int round, Fleet fleet) {
        String server = contender.name();
        if (contender instanceof Freshet) {
            Histogram acknowledged = fleet.sinceAcknowledged();
            samples.add(P50, server, round, acknowledged.getValueAtPercentile(50) / 1e6);
            samples.add(P99, server, round, acknowledged.getValueAtPercentile(99) / 1e6);
        }
        Histogram meant = fleet.sinceMeant();
        samples.add(WHOLE_P50, server, round, meant.getValueAtPercentile(50) / 1e6);
        samples.add(WHOLE_P99, server, round, meant.getValueAtPercentile(99) / 1e6);
    }
}
