package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Many events in the same moment: who writes a batch at once is far faster than one write per event.
record Burst(Wire wire) implements Scenario {

    private static final Figure RATE =
            Figure.more("deliveries in a burst", "/s").ofLimit();
    private static final int CLIENTS = 1_000;
    private static final int EVENTS = 100;
    private static final int BURSTS = 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    @Override
    public String name() {
        return wire == Wire.SSE ? "burst-sse" : "burst-ws";
    }

    @Override
    public String description() {
        return "100 events at once to 1,000 subscribers";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience audience = Audience.crowd(wire, bench.options().connections(CLIENTS));
        samples.target(Target.ofLimit(RATE, 3));
        samples.note("%,d clients; from the first byte of the first append to the last event at the last client"
                .formatted(audience.clients()));
        bench.alternate(samples, audience, Freshet.Plan.usual(), (contender, round) -> {
            try (Trial trial = Trial.open(bench, contender, audience)) {
                List<Double> rates = new ArrayList<>();
                for (int i = 0; i < bench.options().amount(BURSTS); i++) {
                    rates.add(trial.burst(EVENTS));
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                double median = Samples.median(rates);
                bench.say("round %d  %-16s %,9.0f deliveries/s", round, contender.name(), median);
                if (round >= 0) {
                    samples.add(RATE, contender.name(), round, median);
                }
            }
        });
    }
}
