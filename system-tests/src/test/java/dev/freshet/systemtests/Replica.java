package dev.freshet.systemtests;

import dev.freshet.testkit.Child;
import dev.freshet.testkit.Metrics;
import dev.freshet.testkit.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// One process of a service.
final class Replica implements AutoCloseable {

    private static final String HEAP = "-Xmx256m";

    /// Small, at once as large as it may become, and compiled only as far as pays off within seconds.
    private static final List<String> JVM_OPTIONS = List.of("-Xms256m", HEAP, "-XX:TieredStopAtLevel=1");

    private final int port;
    private final int managementPort;
    private final Supplier<Child> launch;
    private Child child;

    private Replica(int port, int managementPort, Supplier<Child> launch) {
        this.port = port;
        this.managementPort = managementPort;
        this.launch = launch;
        this.child = launch.get();
    }

    /// Starts it, with the settings that `./dev up` gives, and does not wait.
    static Replica start(Service service, int number, Path folder, Map<String, String> settings) {
        List<String> command = Service.areBinaries()
                ? List.of(service.binary().toString(), HEAP)
                : jvm(service, "-XX:AOTCache=" + AotCache.of(service));
        return start(service, number, folder, settings, command);
    }

    /// The same of a process that writes an AOT cache when it ends.
    static Replica train(Service service, Path folder, Map<String, String> settings, Path cache) {
        return start(service, 0, folder, settings, jvm(service, "-XX:AOTCacheOutput=" + cache));
    }

    private static Replica start(
            Service service, int number, Path folder, Map<String, String> settings, List<String> command) {
        int port = Ports.free();
        int managementPort = Ports.free();
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("QUARKUS_PROFILE", "dev");
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        String name = service.module() + "-" + number;
        return new Replica(port, managementPort, () -> Child.start(name, folder, command, environment));
    }

    private static List<String> jvm(Service service, String option) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Service.root().resolve("k8s/base/jvm.options"));
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of(option, "-jar", service.jar().toString()));
        return command;
    }

    /// Starts it again on the same ports, after it ended, and does not wait.
    void restart() {
        child = launch.get();
    }

    void awaitReady() {
        child.awaitReady(this::isReady);
    }

    boolean isReady() {
        return Rest.status(URI.create(management("/q/health/ready"))) == 200;
    }

    Metrics metrics() {
        return Metrics.of(URI.create(management("/metrics")));
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    /// Its own address, around the proxy.
    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    Child child() {
        return child;
    }

    @Override
    public void close() {
        child.close();
    }

    private String management(String path) {
        return "http://127.0.0.1:" + managementPort + path;
    }
}
