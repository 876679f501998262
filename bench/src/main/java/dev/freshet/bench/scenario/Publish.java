package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.RequestLoad;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import dev.freshet.bench.server.ProcessTime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;

/// Publishing over REST, compared with what the same server answers without doing anything: a CORS preflight,
/// which no application code and no body comes near.
final class Publish implements Scenario {

    private static final Figure EMPTY = Figure.more("preflights answered", "/s");
    private static final Figure SINGLE = Figure.more("publishes answered", "/s");
    private static final Figure SHARE = Figure.more("publishes for each preflight", "");
    private static final Figure ALONE = Figure.more("publishes for each preflight, no indexer", "");
    private static final Figure SERVICE = Figure.less("CPU per publish, events-service", "µs");
    private static final Figure REDIS = Figure.less("CPU per publish, Redis", "µs");
    private static final Figure BATCHED = Figure.more("events in batches of 500", "/s");
    private static final Figure BATCHED_ALONE = Figure.more("events in batches of 500, no indexer", "/s");
    private static final Figure P99 = Figure.less("a publish at half that rate, p99", "ms");
    private static final int CONNECTIONS = 64;
    private static final int BATCHES = 8;
    private static final int BATCH = 500;
    private static final int SECONDS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private static final RequestLoad.Call PREFLIGHT = new RequestLoad.Call(
            "OPTIONS", "/api/events", "Origin: http://127.0.0.1\r\nAccess-Control-Request-Method: POST\r\n", "", 204);

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
        samples.target(Target.value(SHARE, 0.5));
        samples.target(Target.value(BATCHED, 100_000));
        samples.note("no push pod runs; the indexer copies what is published into histories meanwhile, as always,"
                + " but in the lines that say so");
        measure(bench, samples, true);
        measure(bench, samples, false);
    }

    private static void measure(Bench bench, Samples samples, boolean indexed) throws IOException {
        Map<String, String> settings = Map.of("freshet.history.enabled", Boolean.toString(indexed));
        // Without push-service, for it has no part in this.
        try (Freshet freshet = Freshet.start(bench.place(), new Freshet.Plan(0, 1, settings))) {
            InetSocketAddress address = new InetSocketAddress(
                    "127.0.0.1", freshet.writers().getFirst().port());
            try (RequestLoad load = RequestLoad.connect(address, CONNECTIONS);
                    RequestLoad few = RequestLoad.connect(address, BATCHES)) {
                for (int round = -1; round < bench.options().rounds(); round++) {
                    Samples into = round < 0 ? new Samples("warm-up") : samples;
                    measure(bench, into, indexed, round, freshet, load, few);
                }
            }
        }
    }

    private static void measure(
            Bench bench,
            Samples samples,
            boolean indexed,
            int round,
            Freshet freshet,
            RequestLoad load,
            RequestLoad few)
            throws IOException {
        Duration length = round < 0 ? WARM_UP : bench.options().span(SECONDS);
        String headers = "Authorization: Bearer " + freshet.backendToken() + "\r\nContent-Type: application/json\r\n";
        String event = "{\"channel\":\"broadcast:bench-0\",\"type\":\"bench\",\"payload\":" + Event.payload() + "}";
        String batch = "[" + String.join(",", Collections.nCopies(BATCH, event)) + "]";
        RequestLoad.Call single = new RequestLoad.Call("POST", "/api/events", headers, event, 202);
        RequestLoad.Call many = new RequestLoad.Call("POST", "/api/events", headers, batch, 202);

        double preflights = load.saturate(PREFLIGHT, length).rate();
        Map<String, Double> before = times(freshet);
        double publishes = load.saturate(single, length).rate();
        Map<String, Double> after = times(freshet);
        double p99 = load.atRate(single, publishes / 2, length).latency().getValueAtPercentile(99) / 1e6;
        double events = BATCH * few.saturate(many, length).rate();
        bench.say(
                "round %d  %s  %,.0f preflights/s, %,.0f publishes/s, %,.0f events/s in batches",
                round, indexed ? "indexed" : "not indexed", preflights, publishes, events);
        samples.add(indexed ? SHARE : ALONE, freshet.name(), round, publishes / preflights);
        samples.add(indexed ? BATCHED : BATCHED_ALONE, freshet.name(), round, events);
        if (indexed) {
            samples.add(EMPTY, freshet.name(), round, preflights);
            samples.add(SINGLE, freshet.name(), round, publishes);
            samples.add(P99, freshet.name(), round, p99);
            before.forEach((process, time) -> samples.add(
                    process.equals("Redis") ? REDIS : SERVICE,
                    freshet.name(),
                    round,
                    (after.getOrDefault(process, time) - time) * 1e6 / (publishes * length.toNanos() / 1e9)));
        }
    }

    private static Map<String, Double> times(Freshet freshet) {
        return freshet.helpers().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> ProcessTime.seconds(each.getValue())));
    }
}
