package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A Prometheus that scrapes once a second, with the labels that the manifests' PodMonitors give.
final class Prometheus implements AutoCloseable {

    static final String NAMESPACE = "freshet";

    private final int port;
    private final Child child;

    private Prometheus(int port, Child child) {
        this.port = port;
        this.child = child;
    }

    /// @param targets job → management ports of its pods
    /// @param rules groups of rules, as YAML by their file's name
    static Prometheus start(Path folder, Map<String, List<Integer>> targets, Map<String, String> rules) {
        int port = Ports.free();
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : rules.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            Files.writeString(folder.resolve("prometheus.yaml"), configuration(targets, rules.keySet()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = List.of(
                "prometheus",
                "--config.file=" + folder.resolve("prometheus.yaml"),
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port);
        Prometheus prometheus = new Prometheus(port, Child.start("prometheus", folder, command, Map.of()));
        prometheus.child.awaitReady(() -> Rest.status(URI.create(prometheus.url("/-/ready"))) == 200);
        return prometheus;
    }

    private static String configuration(Map<String, List<Integer>> targets, Iterable<String> rules) {
        String jobs = targets.entrySet().stream()
                .map(job -> """
                          - job_name: %s
                            metrics_path: /metrics
                            static_configs:
                        """.formatted(job.getKey()) + pods(job.getKey(), job.getValue()))
                .collect(Collectors.joining());
        return """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files: [%s]
                scrape_configs:
                """.formatted(String.join(", ", rules)) + jobs;
    }

    private static String pods(String job, List<Integer> ports) {
        return ports.stream()
                .map(port -> """
                              - targets: ["127.0.0.1:%d"]
                                labels: { namespace: %s, pod: %s-%d }
                        """.formatted(port, NAMESPACE, job, port))
                .collect(Collectors.joining());
    }

    /// What a query gives now: a list of series with their values, empty if there is nothing.
    JsonNode query(String expression) {
        return data("/api/v1/query?query=" + encoded(expression)).path("result");
    }

    /// The values that a label has in the series that a selector gives.
    JsonNode labelValues(String selector, String label) {
        return data("/api/v1/label/" + label + "/values?match%5B%5D=" + encoded(selector));
    }

    /// All rules that were loaded, with `health` and `lastError`.
    List<JsonNode> rules() {
        return data("/api/v1/rules").path("groups").findParents("health");
    }

    private JsonNode data(String path) {
        Rest.Answer answer = Rest.get(URI.create(url(path)));
        if (answer.status() != 200) {
            throw new AssertionError(path + ": " + answer.body());
        }
        return answer.json().path("data");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        child.close();
    }
}
