package dev.freshet.bench.server;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.LinePublisher;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.load.Wire;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The limit program: what the machine can do at best. Its frames are as long as Freshet's.
public final class Limit implements Contender {

    private final Child child;
    private final int port;
    private final int controlPort;

    /// The program ends with it.
    private final Socket lifeline;

    private Limit(Child child, Socket lifeline, int port, int controlPort) {
        this.child = child;
        this.lifeline = lifeline;
        this.port = port;
        this.controlPort = controlPort;
    }

    /// @param program compiled from bench/limit/limit.c
    public static Limit start(Path program, Path folder) throws IOException {
        int port = Ports.free();
        int controlPort = Ports.free();
        Child child = Child.start(
                "limit",
                folder,
                List.of(program.toString(), Integer.toString(port), Integer.toString(controlPort)),
                Map.of());
        child.awaitPort(port);
        return new Limit(child, new Socket("127.0.0.1", controlPort), port, controlPort);
    }

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public List<Long> pids() {
        return List.of(child.pid());
    }

    @Override
    public Map<String, Long> helpers() {
        return Map.of();
    }

    @Override
    public InetSocketAddress address(int client) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    @Override
    public Handshake handshake(Audience audience, int client) {
        String path = "/" + (audience.wire() == Wire.SSE ? "sse" : "ws") + "/" + audience.channelOf(client);
        return switch (audience.wire()) {
            case SSE -> Handshake.sse(path, "");
            case WEBSOCKET -> Handshake.webSocket(path, "");
        };
    }

    @Override
    public Publisher publisher(Audience audience, Ledger ledger) throws IOException {
        return LinePublisher.connect(
                controlPort,
                List.of(
                        new LinePublisher.Frame('S', Frames.sse()),
                        new LinePublisher.Frame('W', Frames.webSocket(Freshet.channel(audience, 0)))));
    }

    @Override
    public void close() {
        child.kill();
        try {
            lifeline.close();
        } catch (IOException e) {
            // It is gone with the program.
        }
    }
}
