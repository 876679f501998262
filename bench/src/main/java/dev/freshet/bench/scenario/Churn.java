package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.server.Freshet;
import dev.freshet.bench.server.ProcessTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Connections that come and go: what one costs, its token's signature checked, and how long it waits.
final class Churn implements Scenario {

    private static final Figure COST = Figure.less("CPU of push-service per connection", "ms");
    private static final Figure P50 = Figure.less("connect to first bytes, p50", "ms");
    private static final Figure P99 = Figure.less("connect to first bytes, p99", "ms");
    private static final int CLIENTS = 1_000;
    private static final int SECONDS = 5;
    private static final Duration LATE = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String description() {
        return "1,000 SSE clients go away and come back within 5 s, without a cursor";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience audience = Audience.crowd(Wire.SSE, bench.options().connections(CLIENTS));
        Duration span = Duration.ofSeconds(SECONDS);
        samples.note("%d connections/s".formatted(audience.clients() / SECONDS));
        try (Freshet freshet = Freshet.start(bench.place(), new Freshet.Plan(1, 0, Map.of()));
                Trial trial = Trial.open(bench, freshet, audience)) {
            for (int round = -1; round < bench.options().rounds(); round++) {
                double before = ProcessTime.seconds(freshet.pids());
                trial.fleet().reopen(span, seen -> freshet.handshake(audience, seen.client()));
                trial.fleet().awaitOpen(LATE);
                double cost = (ProcessTime.seconds(freshet.pids()) - before) * 1e3 / audience.clients();
                Histogram openings = trial.fleet().openings();
                double p99 = openings.getValueAtPercentile(99) / 1e6;
                bench.say("round %d  %.2f ms of CPU per connection, p99 %.1f ms", round, cost, p99);
                if (round >= 0) {
                    samples.add(COST, freshet.name(), round, cost);
                    samples.add(P50, freshet.name(), round, openings.getValueAtPercentile(50) / 1e6);
                    samples.add(P99, freshet.name(), round, p99);
                }
            }
        }
    }
}
