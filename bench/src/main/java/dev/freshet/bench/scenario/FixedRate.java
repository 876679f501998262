package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntFunction;

/// Events at a rate that nobody saturates: what a delivery costs.
///
/// @param audience of so many clients
/// @param clients how many there usually are
/// @param events per second
/// @param target what Freshet's cost has to reach of the limit's, 0 for no target
record FixedRate(
        String name,
        String description,
        IntFunction<Audience> audience,
        int clients,
        double events,
        double target,
        double nativeTarget)
        implements Scenario {

    static final Figure COST = Figure.less("CPU per delivery", "µs").ofLimit();

    private static final Figure GENERATOR = Figure.less("load generator's CPU per delivery", "µs");
    private static final Figure P50 = Figure.less("latency p50", "ms");
    private static final Figure P99 = Figure.less("latency p99", "ms");
    private static final int SECONDS = 10;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int ROOM = 10;

    static FixedRate fanOutSse() {
        return new FixedRate(
                "fan-out-sse",
                "5,000 SSE subscribers of one channel, 4 events/s",
                clients -> Audience.crowd(Wire.SSE, clients),
                5_000,
                4,
                0.85,
                0.60);
    }

    static FixedRate fanOutWebSocket() {
        return new FixedRate(
                "fan-out-ws",
                "5,000 WebSocket subscribers of one channel, 4 events/s",
                clients -> Audience.crowd(Wire.WEBSOCKET, clients),
                5_000,
                4,
                0.80,
                0.60);
    }

    /// Each event is encoded for one client: what is shared with others elsewhere counts in full.
    static FixedRate channels() {
        return new FixedRate(
                "channels",
                "10,000 users on SSE with a channel each, 2,000 events/s",
                clients -> Audience.users(Wire.SSE, clients),
                10_000,
                2_000,
                0,
                0);
    }

    static FixedRate rooms() {
        return new FixedRate(
                "rooms",
                "1,000 rooms of 10 members on WebSockets, 500 events/s",
                clients -> new Audience(Wire.WEBSOCKET, clients, Audience.Shape.ROOMS, Math.max(1, clients / ROOM)),
                10_000,
                500,
                0,
                0);
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Audience everybody = audience.apply(bench.options().connections(clients));
        double rate = bench.options().rate(events);
        Duration span = bench.options().span(SECONDS);
        double wanted = bench.options().nativeImages() ? nativeTarget : target;
        if (wanted > 0) {
            samples.target(Target.ofLimit(COST, wanted));
            samples.target(Target.ofPeer(COST, "Nchan", 1));
        }
        samples.note("%,d clients, %,d channels, %.0f events/s for %d s"
                .formatted(everybody.clients(), everybody.channels(), rate, span.toSeconds()));
        bench.alternate(samples, everybody, Freshet.Plan.usual(), (contender, round) -> {
            try (Trial trial = Trial.open(bench, contender, everybody)) {
                trial.atRate(rate, WARM_UP);
                Cost cost = trial.atRate(rate, span);
                bench.say(
                        "round %d  %-16s %6.2f µs per delivery, generator %5.2f µs, publisher at most %.1f ms late",
                        round,
                        contender.name(),
                        cost.microsPerDelivery(),
                        cost.generatorMicrosPerDelivery(),
                        cost.latest() / 1e6);
                if (round >= 0) {
                    add(samples, contender.name(), round, cost);
                }
            }
        });
    }

    private static void add(Samples samples, String server, int round, Cost cost) {
        samples.add(COST, server, round, cost.microsPerDelivery());
        samples.add(GENERATOR, server, round, cost.generatorMicrosPerDelivery());
        samples.add(P50, server, round, cost.millis(50));
        samples.add(P99, server, round, cost.millis(99));
        cost.helpers()
                .forEach((name, seconds) -> samples.add(
                        Figure.less("CPU of " + name, "% of a core"), server, round, 100 * seconds / cost.seconds()));
    }
}
