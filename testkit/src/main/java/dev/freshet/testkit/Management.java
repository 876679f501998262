package dev.freshet.testkit;

import java.net.URI;
import java.util.Map;

/// Where a service under test has its probes and metrics.
///
/// A port that is known beforehand, for Quarkus tells a test of a packaged service the other port alone.
public record Management(int port) {

    static Management onAFreePort() {
        return new Management(Ports.free());
    }

    /// For `@QuarkusTest` and for `@QuarkusIntegrationTest`.
    Map<String, String> settings() {
        return Map.of(
                "quarkus.management.test-port", Integer.toString(port),
                "quarkus.management.port", Integer.toString(port));
    }

    /// @param path begins with a slash
    public URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public Metrics metrics() {
        return Metrics.of(at("/metrics"));
    }
}
