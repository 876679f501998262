package dev.freshet.systemtests.client;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Where clients connect to: each attempt goes to the next address. Safe for any thread.
public final class Route {

    private final List<InetSocketAddress> addresses;
    private final AtomicInteger turn = new AtomicInteger();

    private Route(List<InetSocketAddress> addresses) {
        this.addresses = addresses;
    }

    /// Ports of 127.0.0.1, at least one.
    public static Route toPorts(int... ports) {
        return new Route(IntStream.of(ports)
                .mapToObj(port -> new InetSocketAddress("127.0.0.1", port))
                .toList());
    }

    InetSocketAddress next() {
        return addresses.get(Math.floorMod(turn.getAndIncrement(), addresses.size()));
    }
}
