package dev.freshet.bench.scenario;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Fleet;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Pace;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.server.Contender;
import dev.freshet.bench.server.ProcessTime;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// A server with its clients connected, ready to be measured.
final class Trial implements AutoCloseable {

    /// Connections per second: more than one server's backlog takes, less than what makes it refuse.
    private static final double OPENED_PER_SECOND = 1_000;

    private static final Duration LATE = Duration.ofSeconds(20);
    private static final long SELF = ProcessHandle.current().pid();

    private final Contender contender;
    private final Audience audience;
    private final Ledger ledger;
    private final Fleet fleet;
    private final Publisher publisher;
    private long expected;
    private int channel;

    private Trial(Contender contender, Audience audience, Ledger ledger, Fleet fleet, Publisher publisher) {
        this.contender = contender;
        this.audience = audience;
        this.ledger = ledger;
        this.fleet = fleet;
        this.publisher = publisher;
    }

    interface Source {
        Publisher of(Ledger ledger) throws IOException;
    }

    static Trial open(Bench bench, Contender contender, Audience audience) throws IOException {
        return open(bench, contender, audience, ledger -> contender.publisher(audience, ledger));
    }

    /// With a publisher of its own.
    static Trial open(Bench bench, Contender contender, Audience audience, Source source) throws IOException {
        Ledger ledger = new Ledger();
        // First, for the limit program has to know its frames before somebody wants one.
        Publisher publisher = source.of(ledger);
        try {
            Fleet fleet = Fleet.open(
                    ledger,
                    bench.options().threads(),
                    audience.clients(),
                    OPENED_PER_SECOND,
                    contender::address,
                    client -> contender.handshake(audience, client));
            if (!fleet.retries().isEmpty()) {
                bench.say("%s refused connections at first: %s", contender.name(), fleet.retries());
            }
            return new Trial(contender, audience, ledger, fleet, publisher);
        } catch (RuntimeException | Error e) {
            publisher.close();
            throw e;
        }
    }

    Fleet fleet() {
        return fleet;
    }

    /// Events that clients must have by now, all clients together.
    long expected() {
        return expected;
    }

    /// Publishes at a fixed rate, channel after channel, and waits until all arrived.
    Cost atRate(double rate, Duration span) throws IOException {
        fleet.forgetTimes();
        long before = fleet.deliveries();
        double server = ProcessTime.seconds(contender.pids());
        Map<String, Double> helpers = helperSeconds();
        double generator = ProcessTime.seconds(SELF);
        long began = System.nanoTime();
        long latest = publish(rate, span);
        awaitAll();
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Double> used = helperSeconds();
        used.replaceAll((name, after) -> after - helpers.getOrDefault(name, 0.0));
        return new Cost(
                fleet.deliveries() - before,
                seconds,
                ProcessTime.seconds(contender.pids()) - server,
                used,
                ProcessTime.seconds(SELF) - generator,
                latest,
                fleet.sinceMeant());
    }

    /// Publishes at a fixed rate and does not wait for what arrives.
    ///
    /// @return by how much the latest event was late, ns
    long publish(double rate, Duration span) throws IOException {
        return Pace.run(rate, span, due -> {
            publishNext(due);
            publisher.flush();
        });
    }

    /// Publishes as much as the server takes, with so many events under way.
    ///
    /// @return deliveries per second
    double saturated(int underWay, Duration span) throws IOException {
        long followers = audience.clients() / audience.channels();
        long end = System.nanoTime() + span.toNanos();
        long before = fleet.deliveries();
        long began = System.nanoTime();
        while (System.nanoTime() < end) {
            publishNext(0);
            publisher.flush();
            if (!fleet.awaitDeliveries(expected - underWay * followers, LATE)) {
                throw missing();
            }
        }
        long deliveries = fleet.deliveries() - before;
        double rate = deliveries / ((System.nanoTime() - began) / 1e9);
        awaitAll();
        return rate;
    }

    /// Publishes events at once and waits until all arrived.
    ///
    /// @return deliveries per second
    double burst(int events) throws IOException {
        long before = fleet.deliveries();
        long began = System.nanoTime();
        for (int i = 0; i < events; i++) {
            publishNext(began);
        }
        publisher.flush();
        awaitAll();
        return (fleet.deliveries() - before) / ((System.nanoTime() - began) / 1e9);
    }

    /// Waits until every client has what was published.
    void awaitAll() {
        if (!fleet.awaitDeliveries(expected, LATE)) {
            throw missing();
        }
        long doubled = fleet.doubled();
        if (doubled > 0 || !fleet.failures().isEmpty()) {
            throw new IllegalStateException(
                    "%s: %d events came twice; connections: %s".formatted(contender.name(), doubled, fleet.failures()));
        }
    }

    private void publishNext(long due) throws IOException {
        publisher.publish(channel, due == 0 ? ledger.next() : ledger.next(due));
        expected += audience.followers(channel);
        channel = (channel + 1) % audience.channels();
    }

    private IllegalStateException missing() {
        return new IllegalStateException("%s: %d of %d events did not arrive within %d s; connections: %s"
                .formatted(
                        contender.name(), expected - fleet.deliveries(), expected, LATE.toSeconds(), fleet.failures()));
    }

    private Map<String, Double> helperSeconds() {
        Map<String, Double> seconds = new HashMap<>();
        contender.helpers().forEach((name, pid) -> seconds.put(name, ProcessTime.seconds(pid)));
        return seconds;
    }

    @Override
    public void close() throws IOException {
        fleet.close();
        publisher.close();
    }
}
