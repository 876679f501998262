package dev.freshet.bench.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.load.ZeroMqPublisher;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// Pushpin, a proxy in Rust and C++ (https://pushpin.org): connections are held by one process, who follows what is
/// kept by a second one, and a third asks an origin when a connection is opened. The origin is in this process; events
/// go to Pushpin past it, over ZeroMQ. It remembers no event and checks no token.
public final class Pushpin implements Contender {

    private static final String PROGRAM = "pushpin";
    private static final Duration GLANCE = Duration.ofMillis(50);
    private static final int ANSWER_MS = 2_000;

    /// Asks the origin on behalf of the third process.
    private static final String ASKER = "zurl";

    /// Debian's package puts it there.
    private static final Path INTERNALS = Path.of("/usr/lib/pushpin/internal.conf");

    private static final String ASKERS_CONFIGURATION = """
            [General]
            instance_id=bench
            in_spec=ipc://%1$s/zurl-in
            in_stream_spec=ipc://%1$s/zurl-in-stream
            out_spec=ipc://%1$s/zurl-out
            defpolicy=allow
            max_open_requests=2000
            buffer_size=200000
            timeout=600
            in_hwm=1000
            out_hwm=1000
            """;

    /// By default there are 2,500 deliveries a second at most, and a line of log for each.
    private static final String CONFIGURATION = """
            [global]
            include=%2$s
            rundir=%1$s
            ipc_prefix=bench-
            port_offset=0
            [runner]
            services=condure,pushpin-proxy,pushpin-handler
            http_port=127.0.0.1:%3$d
            logdir=%1$s
            log_level=1
            client_buffer_size=8192
            client_maxconn=20000
            [proxy]
            routesfile=%1$s/routes
            zurl_out_specs=ipc://%1$s/zurl-in
            zurl_out_stream_specs=ipc://%1$s/zurl-in-stream
            zurl_in_specs=ipc://%1$s/zurl-out
            updates_check=off
            [handler]
            push_in_spec=tcp://127.0.0.1:%4$d
            push_in_sub_specs=tcp://127.0.0.1:%5$d
            push_in_http_addr=127.0.0.1
            push_in_http_port=%6$d
            command_spec=tcp://127.0.0.1:%7$d
            message_rate=0
            message_hwm=1000000
            """;

    private static final String FOLLOWING = "{\"following\":true}";

    private final Path folder;
    private final HttpServer origin;
    private final ExecutorService originsThreads;
    private final Child asker;
    private final Child child;
    private final int port;
    private final int push;

    private Pushpin(
            Path folder,
            HttpServer origin,
            ExecutorService originsThreads,
            Child asker,
            Child child,
            int port,
            int push) {
        this.folder = folder;
        this.origin = origin;
        this.originsThreads = originsThreads;
        this.asker = asker;
        this.child = child;
        this.port = port;
        this.push = push;
    }

    static boolean isInstalled() {
        return Peers.isInstalled(PROGRAM) && Peers.isInstalled(ASKER) && Files.isRegularFile(INTERNALS);
    }

    static Pushpin start(Path logs) throws IOException {
        int port = Ports.free();
        int push = Ports.free();
        // Sockets' paths may have 107 characters.
        Path folder = Files.createTempDirectory("pushpin");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpServer origin = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1024);
        origin.setExecutor(threads);
        origin.createContext("/sub/", Pushpin::holdStream);
        origin.createContext("/ws/", Pushpin::openSocket);
        origin.createContext("/ready", Pushpin::answer);
        origin.start();
        Files.writeString(
                folder.resolve("routes"), "* 127.0.0.1:" + origin.getAddress().getPort() + ",over_http\n");
        Files.writeString(folder.resolve("zurl.conf"), ASKERS_CONFIGURATION.formatted(folder));
        Files.writeString(
                folder.resolve("pushpin.conf"),
                CONFIGURATION.formatted(folder, INTERNALS, port, push, Ports.free(), Ports.free(), Ports.free()));
        Child asker = Child.start(ASKER, logs, List.of(ASKER, "--config=" + folder.resolve("zurl.conf")), Map.of());
        Child child = Child.start(
                PROGRAM,
                logs,
                List.of(PROGRAM, "--merge-output", "--config=" + folder.resolve("pushpin.conf")),
                Map.of());
        Pushpin pushpin = new Pushpin(folder, origin, threads, asker, child, port, push);
        try {
            child.awaitPort(port);
            child.awaitPort(push);
            // It listens before those are there who ask the origin: connections of that moment are refused, or ended.
            child.awaitReady(GLANCE, pushpin::reachesOrigin);
            return pushpin;
        } catch (RuntimeException | Error e) {
            pushpin.close();
            throw e;
        }
    }

    private boolean reachesOrigin() {
        try {
            HttpURLConnection request = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/ready").toURL().openConnection();
            request.setReadTimeout(ANSWER_MS);
            return request.getResponseCode() == 204;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    /// To `/sub/7`: nothing yet, and then what comes for channel 7.
    private static void holdStream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Grip-Hold", "stream");
        exchange.getResponseHeaders().set("Grip-Channel", channel(numberIn(exchange)));
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    /// To `/ws/7`, where Pushpin posts what happens on a WebSocket: follow channel 7, and say so.
    ///
    /// @see <a href="https://pushpin.org/docs/protocols/websocket-over-http/">WebSocket-over-HTTP</a>
    private static void openSocket(HttpExchange exchange) throws IOException {
        String events = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String answer = events.startsWith("OPEN")
                ? "OPEN\r\n"
                        + text("c:{\"type\":\"subscribe\",\"channel\":\"" + channel(numberIn(exchange)) + "\"}")
                        + text(FOLLOWING)
                : "";
        exchange.getResponseHeaders().set("Content-Type", "application/websocket-events");
        exchange.getResponseHeaders().set("Sec-WebSocket-Extensions", "grip; message-prefix=\"\"");
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String text(String message) {
        return "TEXT " + Integer.toHexString(message.length()) + "\r\n" + message + "\r\n";
    }

    private static String numberIn(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String channel(String number) {
        return "bench-" + number;
    }

    @Override
    public String name() {
        return "Pushpin";
    }

    @Override
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>(child.pids());
        pids.addAll(asker.pids());
        return pids;
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
        int number = audience.channelOf(client);
        return switch (audience.wire()) {
            case SSE -> Handshake.sse("/sub/" + number, "");
            // Pushpin answers 101 a moment before the client follows.
            case WEBSOCKET -> Handshake.webSocket("/ws/" + number, "", Handshake.Step.await(FOLLOWING));
        };
    }

    @Override
    public Publisher publisher(Audience audience, Ledger ledger) throws IOException {
        String payload = Event.payload().replace("\"", "\\\"");
        String format = switch (audience.wire()) {
            case SSE -> "\"http-stream\":{\"content\":\"data: " + payload + "\\n\\n\"}";
            case WEBSOCKET -> "\"ws-message\":{\"content\":\"" + payload + "\"}";
        };
        // The letter says that JSON follows.
        return ZeroMqPublisher.connect(
                new InetSocketAddress("127.0.0.1", push),
                number -> "J{\"channel\":\"" + channel(Integer.toString(number)) + "\",\"formats\":{" + format + "}}");
    }

    @Override
    public void close() {
        child.kill();
        asker.kill();
        origin.stop(0);
        originsThreads.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
