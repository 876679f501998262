package dev.freshet.systemtests;

import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// nginx with the configuration of `./dev up`, each service being balanced over its replicas in turn.
final class Proxy implements AutoCloseable {

    private final int port;
    private final Path folder;
    private final Child child;

    private Proxy(int port, Path folder, Child child) {
        this.port = port;
        this.folder = folder;
        this.child = child;
    }

    /// @param ports of a service's replicas, at least one
    static Proxy start(Path logs, Function<Service, List<Integer>> ports) {
        return start(logs, ports, template -> template);
    }

    /// The same as whoever installs nginx has it at first: it buffers answers and speaks HTTP/1.0 to services.
    static Proxy startBuffering(Path logs, Function<Service, List<Integer>> ports) {
        return start(logs, ports, Proxy::buffering);
    }

    /// The same, and it takes a service for dead that says nothing for so long, where the template says 75 s.
    static Proxy startBuffering(Path logs, Function<Service, List<Integer>> ports, Duration silence) {
        return start(
                logs,
                ports,
                template -> replaceOnce(
                        buffering(template),
                        "proxy_read_timeout 75s;",
                        "proxy_read_timeout " + silence.toMillis() + "ms;"));
    }

    private static String buffering(String template) {
        return replaceOnce(
                replaceOnce(template, "proxy_buffering off;", ""),
                "location / {",
                "location / {\n      proxy_http_version 1.0;");
    }

    private static Proxy start(Path logs, Function<Service, List<Integer>> ports, UnaryOperator<String> configuration) {
        int port = Ports.free();
        Path folder = logs.resolve("nginx");
        try {
            Files.createDirectories(folder.resolve("temp"));
            String template =
                    configuration.apply(Files.readString(Service.root().resolve("scripts/dev/nginx.conf.template")));
            Files.writeString(
                    folder.resolve("nginx.conf"),
                    template.replace("@PORT@", Integer.toString(port))
                            .replace("@LISTEN_IPV6@", "# only 127.0.0.1")
                            .replace("@TICKET_PORT@", servers(ports.apply(Service.TICKET)))
                            .replace("@EVENTS_PORT@", servers(ports.apply(Service.EVENTS)))
                            .replace("@PUSH_PORT@", servers(ports.apply(Service.PUSH))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = List.of("nginx", "-p", folder + "/", "-e", "stderr", "-c", folder + "/nginx.conf");
        Proxy proxy = new Proxy(port, folder, Child.start("nginx", logs, command, Map.of()));
        proxy.child.awaitReady(() -> Rest.status(URI.create(proxy.url("/api/stats"))) > 0);
        return proxy;
    }

    private static String replaceOnce(String text, String what, String by) {
        if (text.indexOf(what) < 0 || text.indexOf(what) != text.lastIndexOf(what)) {
            throw new IllegalStateException("not exactly one \"" + what + "\" in nginx's configuration");
        }
        return text.replace(what, by);
    }

    int port() {
        return port;
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    Child child() {
        return child;
    }

    Path accessLog() {
        return folder.resolve("access.log");
    }

    @Override
    public void close() {
        child.close();
    }

    /// What stands for the port in the template's one `server` line: all ports, as so many lines.
    private static String servers(List<Integer> ports) {
        return ports.stream()
                .map(each -> Integer.toString(each))
                .collect(Collectors.joining(" max_fails=0;\n    server 127.0.0.1:"));
    }
}
