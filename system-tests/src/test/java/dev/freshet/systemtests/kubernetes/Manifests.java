package dev.freshet.systemtests.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Objects as they go to a cluster: what `kubectl kustomize` makes of a folder, and what its operator adds by hand.
///
/// Needs kubectl 1.30 or newer on the PATH.
public final class Manifests {

    private static final ObjectMapper YAML = new YAMLMapper();

    private final List<JsonNode> objects;

    private Manifests(List<JsonNode> objects) {
        this.objects = objects;
    }

    public static Manifests render(Path folder) {
        String yaml;
        try {
            Process kubectl = new ProcessBuilder("kubectl", "kustomize", folder.toString()).start();
            CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> text(kubectl.errorReader()));
            yaml = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kubectl.waitFor() != 0) {
                throw new IllegalStateException("kubectl cannot render " + folder + ": " + said.join());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("kubectl 1.30 or newer must be on the PATH: it renders " + folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return new Manifests(new ArrayList<>(documents.readAll()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(java.io.BufferedReader reader) {
        return reader.lines().reduce("", (before, line) -> before + "\n" + line);
    }

    /// What only the operator has.
    ///
    /// @param kind `ConfigMap` or `Secret`
    public void add(String kind, String name, Map<String, String> data) {
        ObjectNode object = YAML.createObjectNode().put("kind", kind);
        object.putObject("metadata").put("name", name);
        data.forEach(object.putObject("data")::put);
        objects.add(object);
    }

    /// @param name with the digest that kustomize puts behind it
    public JsonNode find(String kind, String name) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .filter(object -> object.at("/metadata/name").asText().equals(name))
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException("there are " + found.size() + " of " + kind + " " + name);
        }
        return found.getFirst();
    }

    /// What a ConfigMap or Secret holds.
    Map<String, String> data(String kind, String name) {
        Map<String, String> data = new LinkedHashMap<>();
        find(kind, name)
                .path("data")
                .properties()
                .forEach(entry -> data.put(entry.getKey(), entry.getValue().asText()));
        return data;
    }

    /// Where a Service sends connections: the port of the container that this names.
    public int targetPort(String service, Container container) {
        JsonNode ports = find("Service", service).at("/spec/ports");
        if (ports.size() != 1) {
            throw new IllegalStateException("not one port of the Service " + service + ": " + ports);
        }
        return container.port(ports.get(0).path("targetPort").asText());
    }

    /// @throws IllegalStateException for a field that is not known here, and would be passed over in silence
    static void knows(JsonNode object, String what, Set<String> fields) {
        object.fieldNames().forEachRemaining(field -> {
            if (!fields.contains(field)) {
                throw new IllegalStateException(what + " has " + field + ", which these tests do not know");
            }
        });
    }
}
