package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;

/// The same fan-out as fast as it goes. The load generator, Redis and the server share the machine, so this says
/// less than the cost of a delivery, and drifts more.
record Saturated(Wire wire) implements Scenario {

    private static final Figure RATE =
            Figure.more("deliveries when saturated", "/s").ofLimit();
    private static final int CLIENTS = 5_000;
    private static final int SECONDS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /// Enough that no part ever waits for the next event, and few enough that no reader falls far behind.
    private static final int UNDER_WAY = 20;

    @Override
    public String name() {
        return wire == Wire.SSE ? "saturated-sse" : "saturated-ws";
    }

    @Override
    public String description() {
        return "5,000 subscribers of one channel, with 20 events always under way";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience audience = Audience.crowd(wire, bench.options().connections(CLIENTS));
        Duration span = bench.options().span(SECONDS);
        samples.note(
                "%,d clients, %d events under way, %d s".formatted(audience.clients(), UNDER_WAY, span.toSeconds()));
        bench.alternate(samples, audience, Freshet.Plan.usual(), (contender, round) -> {
            try (Trial trial = Trial.open(bench, contender, audience)) {
                trial.saturated(UNDER_WAY, WARM_UP);
                double rate = trial.saturated(UNDER_WAY, span);
                bench.say("round %d  %-16s %,9.0f deliveries/s", round, contender.name(), rate);
                if (round >= 0) {
                    samples.add(RATE, contender.name(), round, rate);
                }
            }
        });
        // It has to be above Nchan's, where that is measured; the limit is out of reach for a general server.
        samples.target(Target.ofPeer(RATE, "Nchan", 1));
    }
}
