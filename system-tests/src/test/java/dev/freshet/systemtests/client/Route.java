package dev.freshet.systemtests.client;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Where clients connect to: each attempt goes to the next address. Safe for any thread.
public final class Route {

    private final Supplier<List<InetSocketAddress>> addresses;
    private final AtomicInteger turn = new AtomicInteger();

    private Route(Supplier<List<InetSocketAddress>> addresses) {
        this.addresses = addresses;
    }

    /// Ports of 127.0.0.1, at least one.
    public static Route toPorts(int... ports) {
        List<Integer> all = IntStream.of(ports).boxed().toList();
        return toPorts(() -> all);
    }

    /// The same, of those that are in service when a client connects: at least one at any time.
    public static Route toPorts(Supplier<List<Integer>> inService) {
        return toAddresses(() -> inService.get().stream()
                .map(port -> new InetSocketAddress("127.0.0.1", port))
                .toList());
    }

    /// The same, of servers that have addresses of their own.
    public static Route toAddresses(Supplier<List<InetSocketAddress>> inService) {
        return new Route(inService);
    }

    InetSocketAddress next() {
        List<InetSocketAddress> now = addresses.get();
        return now.get(Math.floorMod(turn.getAndIncrement(), now.size()));
    }
}
