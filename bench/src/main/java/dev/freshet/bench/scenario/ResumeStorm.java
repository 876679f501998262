package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Fleet;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.RedisPublisher;
import dev.freshet.bench.load.Wire;
import dev.freshet.bench.report.Figure;
import dev.freshet.bench.report.Samples;
import dev.freshet.bench.report.Target;
import dev.freshet.bench.server.Freshet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// All clients lose their connections at once and come back within five seconds, while events go on: each with
/// the cursor of the last event it saw.
final class ResumeStorm implements Scenario {

    private static final Figure RESUMED = Figure.more("clients resumed without a gap", "%");
    private static final Figure LOST = Figure.less("events lost", "");
    private static final Figure DOUBLED = Figure.less("events that came twice", "");
    private static final Figure P50 = Figure.less("reconnect to resumed, p50", "ms");
    private static final Figure P99 = Figure.less("reconnect to resumed, p99", "ms");
    private static final Figure READS = Figure.less("reads in Redis, besides the usual ones, per client", "");
    private static final int CLIENTS = 5_000;
    private static final int CHANNELS = 50;
    private static final double RATE = 30;
    private static final Duration BEFORE = Duration.ofSeconds(5);
    private static final Duration STORM = Duration.ofSeconds(5);
    private static final Duration AFTER = Duration.ofSeconds(3);
    private static final Duration LATE = Duration.ofSeconds(30);

    /// What is read for a client if it is read in Redis; not `get`, which asks whether its user was disconnected.
    private static final List<String> READING = List.of(
            "xread",
            "xrange",
            "xrevrange",
            "xinfo|stream",
            "fcall",
            "fcall_ro",
            "eval",
            "eval_ro",
            "evalsha",
            "evalsha_ro");

    @Override
    public String name() {
        return "resume-storm";
    }

    @Override
    public String description() {
        return "5,000 SSE clients on 50 channels reconnect with a cursor within 5 s, 30 events/s";
    }

    @Override
    public void run(Bench bench, Samples samples) throws IOException {
        int clients = bench.options().connections(CLIENTS);
        Audience audience = new Audience(Wire.SSE, clients, Audience.Shape.TOPICS, Math.min(CHANNELS, clients));
        samples.target(Target.value(RESUMED, 100));
        samples.target(Target.value(LOST, 0));
        samples.target(Target.value(DOUBLED, 0));
        samples.target(Target.value(P99, 1_000));
        // The usual ones are not quite the same every second.
        samples.target(Target.value(READS, 0.1));
        samples.note("%,d clients; what tail and indexer read in as long a time before the storm is taken off the reads"
                .formatted(clients));
        try (Freshet freshet = Freshet.start(bench.place(), Freshet.Plan.usual())) {
            for (int round = -1; round < bench.options().rounds(); round++) {
                storm(bench, samples, freshet, audience, round);
            }
        }
    }

    private static void storm(Bench bench, Samples samples, Freshet freshet, Audience audience, int round)
            throws IOException {
        Appender appender = new Appender();
        try (Trial trial = Trial.open(bench, freshet, audience, ledger -> appender.of(freshet, audience, ledger))) {
            Fleet fleet = trial.fleet();
            Map<String, Long> atFirst = calls(freshet);
            long began = System.nanoTime();
            trial.publish(bench.options().rate(RATE), BEFORE);
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
                try {
                    trial.publish(bench.options().rate(RATE), STORM.plus(AFTER));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Map<String, Long> before = calls(freshet);
            double usual = sum(difference(before, atFirst)) / (double) (System.nanoTime() - began);
            long stormBegan = System.nanoTime();
            String epoch = freshet.epoch();
            fleet.reopen(STORM, seen -> resumption(freshet, audience, appender, epoch, seen));
            // Whoever is not resumed says so by not being open.
            int resumed = awaitResumed(fleet);
            Map<String, Long> reads = difference(calls(freshet), before);
            double more = Math.max(0, sum(reads) - usual * (System.nanoTime() - stormBegan));
            load.join();
            fleet.awaitDeliveries(trial.expected(), LATE);
            Histogram openings = fleet.openings();
            long lost = trial.expected() - (fleet.deliveries() - fleet.doubled());
            bench.say(
                    "round %d  %d of %d resumed, %d lost, %d twice, p99 %.0f ms, %.0f reads besides the usual, all: %s",
                    round,
                    resumed,
                    fleet.size(),
                    lost,
                    fleet.doubled(),
                    openings.getValueAtPercentile(99) / 1e6,
                    more,
                    reads);
            if (round >= 0) {
                samples.add(RESUMED, freshet.name(), round, 100.0 * resumed / fleet.size());
                samples.add(LOST, freshet.name(), round, lost);
                samples.add(DOUBLED, freshet.name(), round, fleet.doubled());
                samples.add(P50, freshet.name(), round, openings.getValueAtPercentile(50) / 1e6);
                samples.add(P99, freshet.name(), round, openings.getValueAtPercentile(99) / 1e6);
                samples.add(READS, freshet.name(), round, more / fleet.size());
            }
        }
    }

    private static int awaitResumed(Fleet fleet) {
        try {
            fleet.awaitOpen(STORM.plus(LATE));
        } catch (IllegalStateException some) {
            return fleet.openCount();
        }
        return fleet.size();
    }

    private static Handshake resumption(
            Freshet freshet, Audience audience, Appender appender, String epoch, Fleet.Seen seen) {
        return freshet.resumption(audience, seen.client(), appender.entry(seen.last()) + "~" + epoch);
    }

    private static Map<String, Long> calls(Freshet freshet) {
        Map<String, Long> calls = new TreeMap<>();
        freshet.redis()
                .cli("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .forEach(line -> calls.put(
                        line.substring("cmdstat_".length(), line.indexOf(':')),
                        Long.parseLong(
                                line.replaceAll(".*:calls=([0-9]+),.*", "$1").strip())));
        calls.keySet().retainAll(READING);
        return calls;
    }

    private static long sum(Map<String, Long> calls) {
        return calls.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<String, Long> difference(Map<String, Long> after, Map<String, Long> before) {
        Map<String, Long> difference = new TreeMap<>();
        after.forEach((command, count) -> difference.put(command, count - before.getOrDefault(command, 0L)));
        difference.values().removeIf(count -> count == 0);
        return difference;
    }

    /// The trial's publisher, which remembers under which id each event stands in the log.
    private static final class Appender {

        private @Nullable RedisPublisher publisher;

        RedisPublisher of(Freshet freshet, Audience audience, Ledger ledger) throws IOException {
            RedisPublisher connected = freshet.appender(audience, ledger, true);
            publisher = connected;
            return connected;
        }

        String entry(long number) {
            if (number == 0 || publisher == null) {
                throw new IllegalStateException("a client saw no event before it was to resume");
            }
            String entry = publisher.answer(number);
            while (entry == null) {
                // It was delivered before its publisher had the answer.
                Thread.onSpinWait();
                entry = publisher.answer(number);
            }
            return entry;
        }
    }
}
