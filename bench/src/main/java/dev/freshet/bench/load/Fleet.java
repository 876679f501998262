package dev.freshet.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/// All clients of one measurement.
public final class Fleet implements AutoCloseable {

    private static final Duration OPEN_LIMIT = Duration.ofSeconds(60);
    private static final long GLANCE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final List<Loop> loops = new ArrayList<>();
    private final IntFunction<InetSocketAddress> addresses;
    private final int size;

    private Fleet(Ledger ledger, int threads, IntFunction<InetSocketAddress> addresses, int size) {
        this.addresses = addresses;
        this.size = size;
        for (int i = 0; i < threads; i++) {
            loops.add(new Loop(i, ledger));
        }
        loops.forEach(Loop::start);
    }

    /// Opens `size` clients and waits until all follow their channels.
    ///
    /// @param rate connections per second at most
    /// @throws IllegalStateException if one is refused
    public static Fleet open(
            Ledger ledger,
            int threads,
            int size,
            double rate,
            IntFunction<InetSocketAddress> addresses,
            IntFunction<Handshake> handshakes) {
        Fleet fleet = new Fleet(ledger, threads, addresses, size);
        try {
            fleet.order(rate, handshakes, Map.of());
            fleet.awaitOpen(OPEN_LIMIT.plus(Duration.ofMillis((long) (1_000 * size / rate))));
            return fleet;
        } catch (RuntimeException | Error e) {
            fleet.close();
            throw e;
        }
    }

    /// Ends all connections, and opens each again where it ended, evenly within `span`. Does not wait.
    ///
    /// @param handshakes for a client, and the number of the last event that it saw
    public void reopen(Duration span, Function<Seen, Handshake> handshakes) {
        Map<Integer, Connection> earlier = new HashMap<>();
        for (Loop loop : loops) {
            loop.call(() -> {
                loop.connections.forEach(connection -> earlier.put(connection.client, connection));
                loop.closeConnections();
                loop.tally.openings = Tally.histogram();
                return true;
            });
        }
        order(
                size / (span.toNanos() / 1e9),
                client -> {
                    Connection before = earlier.get(client);
                    return handshakes.apply(new Seen(client, before == null ? 0 : before.last));
                },
                earlier);
    }

    /// @param last the number of the last event that it saw, 0 for none
    public record Seen(int client, long last) {}

    private void order(double rate, IntFunction<Handshake> handshakes, Map<Integer, Connection> earlier) {
        List<Handshake> ready = new ArrayList<>();
        for (int client = 0; client < size; client++) {
            ready.add(handshakes.apply(client));
        }
        long began = System.nanoTime();
        for (int i = 0; i < loops.size(); i++) {
            List<Loop.Order> orders = new ArrayList<>();
            for (int client = i; client < size; client += loops.size()) {
                orders.add(new Loop.Order(
                        client,
                        addresses.apply(client),
                        ready.get(client),
                        began + (long) (client * 1e9 / rate),
                        earlier.get(client)));
            }
            Loop loop = loops.get(i);
            loop.call(() -> {
                loop.order(orders);
                return true;
            });
        }
    }

    /// @throws IllegalStateException if one is refused, or they take longer
    public void awaitOpen(Duration limit) {
        boolean all = await(limit, () -> openCount() == size || failureCount() > 0);
        if (!all || failureCount() > 0) {
            throw new IllegalStateException("%d of %d connections are open; %s, tried again: %s"
                    .formatted(openCount(), size, failures(), retries()));
        }
    }

    public int size() {
        return size;
    }

    public int openCount() {
        return loops.stream().mapToInt(Loop::openCount).sum();
    }

    /// Connections that were refused again and again, or that the server ended.
    public Map<String, Integer> failures() {
        return reasons(loop -> loop.failures);
    }

    /// Why connections were refused at first, and how often.
    public Map<String, Integer> retries() {
        return reasons(loop -> loop.retries);
    }

    /// Events that arrived, those that came twice too.
    public long deliveries() {
        long sum = 0;
        for (Loop loop : loops) {
            sum += loop.deliveries();
        }
        return sum;
    }

    /// Waits until so many events arrived.
    ///
    /// @return whether they did
    public boolean awaitDeliveries(long count, Duration limit) {
        return await(limit, () -> deliveries() >= count);
    }

    /// What each client received, without what came twice, by its number.
    public long[] received() {
        long[] counts = new long[size];
        each(connection -> counts[connection.client] = connection.received);
        return counts;
    }

    public long doubled() {
        long[] sum = new long[1];
        each(connection -> sum[0] += connection.doubled);
        return sum[0];
    }

    /// From when an event was meant to leave to when it arrived, ns; of timed events since the last
    /// [#forgetTimes].
    public Histogram sinceMeant() {
        return merged(tally -> tally.sinceMeant);
    }

    /// From when an event was acknowledged to when it arrived, ns.
    public Histogram sinceAcknowledged() {
        return merged(tally -> tally.sinceAcknowledged);
    }

    /// From when a connection was meant to be opened to when it followed its channel, ns.
    public Histogram openings() {
        return merged(tally -> tally.openings);
    }

    public void forgetTimes() {
        loops.forEach(loop -> loop.call(() -> {
            loop.tally.sinceMeant = Tally.histogram();
            loop.tally.sinceAcknowledged = Tally.histogram();
            return true;
        }));
    }

    @Override
    public void close() {
        loops.forEach(Loop::close);
    }

    private int failureCount() {
        return loops.stream().mapToInt(Loop::failureCount).sum();
    }

    private Map<String, Integer> reasons(Function<Loop, Map<String, Integer>> which) {
        Map<String, Integer> all = new TreeMap<>();
        loops.forEach(loop -> loop.call(() -> {
            which.apply(loop).forEach((reason, count) -> all.merge(reason, count, Integer::sum));
            return true;
        }));
        return all;
    }

    private void each(Consumer<Connection> action) {
        loops.forEach(loop -> loop.call(() -> {
            loop.connections.forEach(action);
            return true;
        }));
    }

    private Histogram merged(Function<Tally, Histogram> which) {
        Histogram all = Tally.histogram();
        loops.forEach(loop -> loop.call(() -> {
            all.add(which.apply(loop.tally));
            return true;
        }));
        return all;
    }

    private static boolean await(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        return true;
    }
}
