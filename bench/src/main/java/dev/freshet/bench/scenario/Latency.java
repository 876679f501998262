package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/// From a publish over REST to the clients, on a system that has time.
final class Latency implements Scenario {

    private static final Figure P50 = Figure.less("acknowledged to received, p50", "ms");
    private static final Figure P99 = Figure.less("acknowledged to received, p99", "ms");
    private static final Figure WHOLE_P50 = Figure.less("meant to leave to received, p50", "ms");
    private static final Figure WHOLE_P99 = Figure.less("meant to leave to received, p99", "ms");
    private static final int CLIENTS = 1_000;
    private static final double RATE = 1;
    private static final int SECONDS = 20;

    /// Compilers are done after so many deliveries.
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
        try (Freshet freshet = Freshet.start(bench.place(), Freshet.Plan.usual())) {
            for (int round = 0; round < bench.options().rounds(); round++) {
                try (Trial trial = Trial.open(bench, freshet, audience, ledger -> freshet.rest(audience, ledger))) {
                    trial.atRate(WARM_UP_RATE, WARM_UP);
                    trial.atRate(rate, span);
                    Histogram acknowledged = trial.fleet().sinceAcknowledged();
                    Histogram meant = trial.fleet().sinceMeant();
                    samples.add(P50, freshet.name(), round, acknowledged.getValueAtPercentile(50) / 1e6);
                    samples.add(P99, freshet.name(), round, acknowledged.getValueAtPercentile(99) / 1e6);
                    samples.add(WHOLE_P50, freshet.name(), round, meant.getValueAtPercentile(50) / 1e6);
                    samples.add(WHOLE_P99, freshet.name(), round, meant.getValueAtPercentile(99) / 1e6);
                }
            }
        }
    }
}
