package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.RequestLoad;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;

/// Publishing over REST, compared with what the same server answers without doing anything: a CORS preflight,
/// which no application code and no body comes near.
final class Publish implements Scenario {

    private static final Figure EMPTY = Figure.more("preflights answered", "/s");
    private static final Figure SINGLE = Figure.more("publishes answered", "/s");
    private static final Figure SHARE = Figure.more("publishes for each preflight", "");
    private static final Figure BATCHED = Figure.more("events in batches of 500", "/s");
    private static final Figure P99 = Figure.less("a publish at half that rate, p99", "ms");
    private static final int CONNECTIONS = 64;
    private static final int BATCHES = 8;
    private static final int BATCH = 500;
    private static final int SECONDS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    @Override
    public String name() {
        return "publish";
    }

    @Override
    public String description() {
        return "64 keep-alive connections publish over REST; 8 publish batches of 500";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        Duration span = bench.options().span(SECONDS);
        samples.target(Target.value(SHARE, 0.5));
        samples.target(Target.value(BATCHED, 100_000));
        samples.note("no push pod runs; the indexer copies what is published into histories meanwhile, as always");
        // Without push-service, for it has no part in this.
        try (Freshet freshet = Freshet.start(bench.place(), new Freshet.Plan(0, 1, Map.of()))) {
            InetSocketAddress address = new InetSocketAddress(
                    "127.0.0.1", freshet.writers().getFirst().port());
            String headers =
                    "Authorization: Bearer " + freshet.backendToken() + "\r\nContent-Type: application/json\r\n";
            String event = "{\"channel\":\"broadcast:bench-0\",\"type\":\"bench\",\"payload\":" + Event.payload() + "}";
            String batch = "[" + String.join(",", Collections.nCopies(BATCH, event)) + "]";
            RequestLoad.Call empty = new RequestLoad.Call(
                    "OPTIONS",
                    "/api/events",
                    "Origin: http://127.0.0.1\r\nAccess-Control-Request-Method: POST\r\n",
                    "",
                    204);
            RequestLoad.Call single = new RequestLoad.Call("POST", "/api/events", headers, event, 202);
            RequestLoad.Call many = new RequestLoad.Call("POST", "/api/events", headers, batch, 202);
            try (RequestLoad load = RequestLoad.connect(address, CONNECTIONS);
                    RequestLoad few = RequestLoad.connect(address, BATCHES)) {
                for (int round = -1; round < bench.options().rounds(); round++) {
                    Duration length = round < 0 ? WARM_UP : span;
                    double preflights = load.saturate(empty, length).rate();
                    double publishes = load.saturate(single, length).rate();
                    double p99 =
                            load.atRate(single, publishes / 2, length).latency().getValueAtPercentile(99) / 1e6;
                    double events = BATCH * few.saturate(many, length).rate();
                    bench.say(
                            "round %d  %,.0f preflights/s, %,.0f publishes/s, %,.0f events/s in batches",
                            round, preflights, publishes, events);
                    if (round >= 0) {
                        samples.add(EMPTY, freshet.name(), round, preflights);
                        samples.add(SINGLE, freshet.name(), round, publishes);
                        samples.add(SHARE, freshet.name(), round, publishes / preflights);
                        samples.add(P99, freshet.name(), round, p99);
                        samples.add(BATCHED, freshet.name(), round, events);
                    }
                }
            }
        }
    }
}
