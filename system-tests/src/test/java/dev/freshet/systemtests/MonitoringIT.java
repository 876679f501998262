package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.testkit.Child;
import dev.freshet.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The dashboard and the alerts of `k8s/`, asked of a real Prometheus that scrapes real services and a real Redis after
/// some traffic and a short outage: a metric that is renamed, or a label that is not there, leaves a panel empty.
@Tag("calm")
final class MonitoringIT {

    private static final Path COMPONENTS = Service.root().resolve("k8s/components");
    private static final Duration SCRAPED = Duration.ofSeconds(60);

    /// Of an expression: the names of metrics, with what stands in braces behind them.
    private static final Pattern SELECTOR =
            Pattern.compile("\\b((?:freshet|redis|process)_[a-z_]+|up)\\b(?:\\{([^}]*)\\})?");

    private static final Pattern LABEL = Pattern.compile("(\\w+)(=~?\"[^\"]*\")");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)\\n\\s+expr: '(.*)'");

    /// Only with keys from a URL, and these services have theirs from a file.
    private static final String OF_KEYS = "freshet_keys_refreshes_total";

    private static Deployment deployment;
    private static Child exporter;
    private static Prometheus prometheus;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("monitoring", 1)
                .redis("--appendonly", "yes", "--maxmemory", "256mb")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .replicas(Service.PUSH, 1));
        Path folder = Service.logFolder("monitoring");
        int exporterPort = Ports.free();
        exporter = Child.start(
                "exporter",
                folder,
                List.of(
                        exporterProgram(),
                        "--redis.addr=redis://127.0.0.1:" + deployment.redis().port(),
                        "--config-command=-",
                        "--web.listen-address=127.0.0.1:" + exporterPort),
                Map.of());
        exporter.awaitReady(() -> Rest.status(URI.create("http://127.0.0.1:" + exporterPort + "/health")) == 200);
        Map<String, List<Integer>> targets = new TreeMap<>(Map.of("redis", List.of(exporterPort)));
        for (Service service : Service.values()) {
            targets.put(
                    service.module(),
                    deployment.all(service).stream()
                            .map(Replica::managementPort)
                            .toList());
        }
        prometheus = Prometheus.start(
                folder.resolve("prometheus"),
                targets,
                Map.of("freshet.yaml", groups("monitoring"), "redis.yaml", groups("monitoring-redis")));
        traffic();
    }

    @AfterAll
    static void stop() {
        // None of them is there if an earlier one could not be started.
        Stream.of(prometheus, exporter, deployment)
                .filter(java.util.Objects::nonNull)
                .forEach(MonitoringIT::close);
    }

    @Test
    void everyPanelOfTheDashboardShowsSomething() {
        Map<String, String> queries = new LinkedHashMap<>();
        JsonNode dashboard = Rest.parse(read(COMPONENTS.resolve("monitoring/freshet.json")));
        dashboard
                .path("panels")
                .forEach(panel -> panel.path("targets").forEach(target -> {
                    String expression = target.path("expr").textValue();
                    queries.put(panel.path("title").textValue() + ": " + expression, expression);
                }));
        assertThat(queries).hasSizeGreaterThan(30);

        Patience.await("data in every panel")
                .atMost(SCRAPED)
                .untilAsserted(() -> assertThat(queries)
                        .allSatisfy((panel, expression) -> assertThat(prometheus.query(asGrafanaDoes(expression)))
                                .as(panel)
                                .isNotEmpty()));
        assertThat(prometheus.labelValues("freshet_connections", "namespace"))
                .extracting(JsonNode::textValue)
                .containsExactly(Prometheus.NAMESPACE);
    }

    /// An alert of a quiet day gives nothing; what it asks for has to be there all the same.
    @Test
    void everySeriesThatAnAlertLooksAtIsThere() {
        Set<String> selectors = new LinkedHashSet<>();
        for (String component : List.of("monitoring", "monitoring-redis")) {
            Matcher alert = ALERT.matcher(groups(component));
            while (alert.find()) {
                Matcher selector = SELECTOR.matcher(alert.group(2));
                while (selector.find()) {
                    selectors.add(anyOf(selector));
                }
            }
        }
        selectors.removeIf(selector -> selector.startsWith(OF_KEYS));
        assertThat(selectors).hasSizeGreaterThan(20);

        Patience.await("data for every alert")
                .atMost(SCRAPED)
                .untilAsserted(() -> assertThat(selectors)
                        .allSatisfy(selector -> assertThat(prometheus.query(selector))
                                .as(selector)
                                .isNotEmpty()));
    }

    @Test
    void prometheusCanWorkOutEveryRule() {
        Patience.await("all rules were worked out")
                .untilAsserted(() -> assertThat(prometheus.rules())
                        .hasSizeGreaterThan(20)
                        .allSatisfy(rule -> assertThat(rule.path("health").textValue())
                                .as(rule::toString)
                                .isEqualTo("ok")));
    }

    /// Something of all that is counted: events by every way, refusals, gaps, resumes, edits, a disconnect, an outage.
    private static void traffic() {
        Rest publisher = deployment.publisher();
        Rest user = deployment.follower("watched", "room:watched", "document:watched");
        String stream = deployment.url("/api/rooms/watched/events");
        List<EventStream> streams = new ArrayList<>();
        streams.add(EventStream.open(stream, user));
        Socket socket = Socket.connect(deployment.push(0).url("/ws"), deployment.ticket(user));
        socket.send("{\"type\":\"join-room\",\"payload\":\"watched\",\"id\":\"1\"}");
        Patience.await("joined").until(() -> !socket.ofType("joined-room").isEmpty());
        String event = "{\"channel\":\"room:watched\",\"type\":\"looked\",\"payload\":{}}";
        Rest.Answer published = publisher.post(deployment.url("/api/events"), event);
        assertThat(published.status()).as(published::toString).isEqualTo(202);
        String id = published.json().path("id").textValue();
        deployment.log().addRaw(0, "channel", "nothing that is one", "type", "looked", "payload", "{}");
        streams.add(EventStream.open(stream + "?lastEventId=" + id, user));
        streams.add(EventStream.open(stream + "?lastEventId=nonsense", user));
        assertThat(user.patch(deployment.url("/api/documents/watched/content"), "{\"content\":\"a\"}")
                        .status())
                .isEqualTo(200);
        assertThat(publisher.post(deployment.url("/api/events"), "{}").status()).isEqualTo(400);

        deployment.redis().kill();
        Patience.await("refused")
                .until(() ->
                        publisher.post(deployment.url("/api/events"), event).status() == 503);
        deployment.redis().restart();
        Patience.await("taken again")
                .until(() ->
                        publisher.post(deployment.url("/api/events"), event).status() == 202);

        Rest admin = deployment.as(deployment.user("root").groups("admin"));
        assertThat(admin.post(deployment.url("/api/users/watched/disconnect"), "{}")
                        .status())
                .isEqualTo(202);
        Patience.await("all ended")
                .until(() -> !socket.isOpen() && streams.stream().noneMatch(EventStream::isOpen));
    }

    /// Debian's name, or else its author's.
    private static String exporterProgram() {
        String debian = "prometheus-redis-exporter";
        return Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, debian)))
                ? debian
                : "redis_exporter";
    }

    private static String asGrafanaDoes(String expression) {
        return expression.replace("$namespace", Prometheus.NAMESPACE).replace("$__rate_interval", "30s");
    }

    /// The same series of the same job, whatever the values of its other labels.
    private static String anyOf(Matcher selector) {
        List<String> labels = new ArrayList<>();
        if (selector.group(2) != null) {
            Matcher label = LABEL.matcher(selector.group(2));
            while (label.find()) {
                String name = label.group(1);
                labels.add(name + (name.equals("job") ? label.group(2) : "!=\"\""));
            }
        }
        return labels.isEmpty() ? selector.group(1) : selector.group(1) + "{" + String.join(",", labels) + "}";
    }

    /// A PrometheusRule's `spec`, which is what Prometheus itself reads.
    private static String groups(String component) {
        String rule = read(COMPONENTS.resolve(component).resolve("prometheus-rule.yaml"));
        return rule.substring(rule.indexOf("\nspec:\n") + "\nspec:\n".length());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
