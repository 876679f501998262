package dev.freshet.bench.server;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Event;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.HttpPublisher;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Nchan, a module of nginx in C (https://nchan.io), with one worker and its channels in memory: without Redis,
/// authentication and a log that survives. Its frames are shorter, for they name neither type nor channel.
public final class Nchan implements Contender {

    /// Debian's package libnginx-mod-nchan puts it there.
    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_nchan_module.so");

    private static final String CONFIGURATION = """
            load_module %s;
            user %s;
            daemon off;
            worker_processes 1;
            pid nchan.pid;
            worker_rlimit_nofile 65536;
            events { worker_connections 20000; }
            http {
              access_log off;
              tcp_nodelay on;
              keepalive_requests 1000000000;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              nchan_shared_memory_size 256m;
              server {
                listen 127.0.0.1:%d backlog=4096;
                location ~ ^/sub/([0-9]+)$ {
                  nchan_subscriber;
                  nchan_channel_id $1;
                  nchan_subscriber_first_message newest;
                }
                location ~ ^/pub/([0-9]+)$ {
                  nchan_publisher;
                  nchan_channel_id $1;
                  nchan_message_buffer_length 1000;
                  nchan_message_timeout 10m;
                }
              }
            }
            """;

    private final Child child;
    private final int port;

    private Nchan(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    /// The module, if it and nginx are there; `NCHAN_MODULE` names another place.
    static Optional<Path> module() {
        @Nullable String named = System.getenv("NCHAN_MODULE");
        return Optional.of(named == null ? MODULE : Path.of(named))
                .filter(Files::isRegularFile)
                .filter(module -> Peers.isInstalled("nginx"));
    }

    static Nchan start(Path module, Path folder) throws IOException {
        int port = Ports.free();
        Path own = Files.createDirectories(folder.resolve("nchan"));
        Path configuration = own.resolve("nginx.conf");
        Files.writeString(configuration, CONFIGURATION.formatted(module, System.getProperty("user.name"), port));
        Child child = Child.start(
                "nchan",
                own,
                List.of("nginx", "-e", "stderr", "-p", own.toString(), "-c", configuration.toString()),
                Map.of());
        child.awaitPort(port);
        return new Nchan(child, port);
    }

    @Override
    public String name() {
        return "Nchan";
    }

    @Override
    public List<Long> pids() {
        return child.pids();
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
        String path = "/sub/" + audience.channelOf(client);
        return switch (audience.wire()) {
            case SSE -> Handshake.sse(path, "");
            case WEBSOCKET -> Handshake.webSocket(path, "");
        };
    }

    @Override
    public Publisher publisher(Audience audience, Ledger ledger) throws IOException {
        return HttpPublisher.connect(
                address(0), ledger, number -> new HttpPublisher.Request("/pub/" + number, "", Event.payload()));
    }

    @Override
    public void close() {
        child.kill();
    }
}
