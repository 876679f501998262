package dev.freshet.systemtests.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the kubelet asks a container, how often, and what it takes for an answer.
///
/// @param delay before the first time
/// @param failures in a row that make it a failure
/// @param successes in a row that make it a success
record Probe(Check check, Duration delay, Duration period, Duration timeout, int failures, int successes) {

    /// Passes or not.
    sealed interface Check {}

    /// Passes with a status from 200 to 399.
    record Get(int port, String path) implements Check {}

    /// A command within the container, which passes with exit code 0.
    record Exec(List<String> command) implements Check {}

    private static final Set<String> FIELDS = Set.of(
            "httpGet",
            "exec",
            "initialDelaySeconds",
            "periodSeconds",
            "timeoutSeconds",
            "failureThreshold",
            "successThreshold");

    /// @param ports of the container, by name
    static Probe read(JsonNode probe, Map<String, Integer> ports) {
        Manifests.knows(probe, "a probe", FIELDS);
        return new Probe(
                check(probe, ports),
                seconds(probe, "initialDelaySeconds", 0),
                seconds(probe, "periodSeconds", 10),
                seconds(probe, "timeoutSeconds", 1),
                probe.path("failureThreshold").asInt(3),
                probe.path("successThreshold").asInt(1));
    }

    private static Check check(JsonNode probe, Map<String, Integer> ports) {
        if (probe.has("exec")) {
            List<String> command = new ArrayList<>();
            probe.at("/exec/command").forEach(word -> command.add(word.asText()));
            return new Exec(command);
        }
        JsonNode get = probe.path("httpGet");
        Manifests.knows(get, "a probe's httpGet", Set.of("path", "port"));
        return new Get(
                Container.port(get.path("port").asText(), ports),
                get.path("path").asText());
    }

    private static Duration seconds(JsonNode probe, String field, int otherwise) {
        return Duration.ofSeconds(probe.path(field).asInt(otherwise));
    }
}
