package dev.freshet.bench.server;

import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One replica of a service, packaged, with the options that it ships with.
public final class Replica implements AutoCloseable {

    private static final Duration GLANCE = Duration.ofMillis(5);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();

    private final Child child;
    private final int port;
    private final int managementPort;

    private Replica(Child child, int port, int managementPort) {
        this.child = child;
        this.port = port;
        this.managementPort = managementPort;
    }

    /// Starts it and does not wait.
    ///
    /// @param settings names of properties, and values
    static Replica start(Workplace place, String service, String name, Map<String, String> settings) {
        int port = Ports.free();
        int managementPort = Ports.free();
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(place.signer().settings());
        all.put("quarkus.http.host", "127.0.0.1");
        all.put("quarkus.http.port", Integer.toString(port));
        all.put("quarkus.management.host", "127.0.0.1");
        all.put("quarkus.management.port", Integer.toString(managementPort));
        Map<String, String> environment = new HashMap<>();
        all.forEach((key, value) -> environment.put(environmentName(key), value));
        return new Replica(
                Child.start(name, place.folder(), command(place, service), environment), port, managementPort);
    }

    private static List<String> command(Workplace place, String service) {
        if (place.nativeImages() && service.equals(Freshet.PUSH)) {
            return List.of(place.nativeImage(service).toString());
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + place.jvmOptions());
        command.addAll(place.javaOptions());
        command.addAll(List.of("-jar", place.jar(service).toString()));
        return command;
    }

    void awaitReady() {
        child.awaitReady(GLANCE, this::isReady);
    }

    private boolean isReady() {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /// A metric without tags, or the sum over its tags; 0 if there is none.
    public double metric(String name) {
        try {
            return get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new IllegalStateException("no metrics", e);
        }
    }

    public int port() {
        return port;
    }

    public Child child() {
        return child;
    }

    @Override
    public void close() {
        child.kill();
    }

    private HttpResponse<String> get(String path) throws IOException {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                            .timeout(ANSWER)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// As MicroProfile Config reads it from the environment.
    private static String environmentName(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
