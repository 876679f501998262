package dev.freshet.bench.server;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.load.RedisPublisher;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import dev.freshet.testkit.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Node.js with `ws` and Redis Pub/Sub (bench/peers/node).
public final class NodeWs implements Contender {

    private final Child child;
    private final RedisServer redis;
    private final int port;

    private NodeWs(Child child, RedisServer redis, int port) {
        this.child = child;
        this.redis = redis;
        this.port = port;
    }

    /// Its program, if Node.js is there and `npm install` was run beside it.
    static Optional<Path> program(Path root) {
        Path folder = root.resolve("bench/peers/node");
        return Optional.of(folder.resolve("server.js"))
                .filter(program -> Files.isDirectory(folder.resolve("node_modules/ws")))
                .filter(program -> Peers.isInstalled("node"));
    }

    static NodeWs start(Path program, Path folder) {
        RedisServer redis = RedisServer.start();
        int port = Ports.free();
        Child child = Child.start(
                "node",
                folder,
                List.of("node", program.toString(), Integer.toString(port), Integer.toString(redis.port())),
                Map.of());
        child.awaitPort(port);
        return new NodeWs(child, redis, port);
    }

    @Override
    public String name() {
        return "Node ws";
    }

    @Override
    public List<Long> pids() {
        return child.pids();
    }

    @Override
    public Map<String, Long> helpers() {
        return Map.of("Redis", Freshet.pidOf(redis));
    }

    @Override
    public InetSocketAddress address(int client) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    @Override
    public Handshake handshake(Audience audience, int client) {
        return Handshake.webSocket("/ws/" + audience.channelOf(client), "");
    }

    @Override
    public Publisher publisher(Audience audience, Ledger ledger) throws IOException {
        return RedisPublisher.connect(
                redis.port(), ledger, number -> new String[] {"PUBLISH", "bench:" + number, Event.payload()}, false);
    }

    @Override
    public void close() {
        child.kill();
        redis.close();
    }
}
