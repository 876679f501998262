package dev.freshet.systemtests.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One container of a pod's template, with what its ConfigMaps and Secrets say.
///
/// What a process on this machine cannot have is left out: limits of resources, the security context, where in a
/// cluster it runs. Whatever else stands in a manifest is obeyed, or refused as unknown.
///
/// @param command in place of the image's entrypoint; empty if the manifest has none
/// @param environment in the manifest's order of precedence
/// @param ports by name
/// @param preStop how long it sleeps before it gets SIGTERM
/// @param gracePeriod from the pod's deletion to SIGKILL
public record Container(
        String name,
        List<String> command,
        List<String> args,
        Map<String, String> environment,
        Map<String, Integer> ports,
        List<Mount> mounts,
        Optional<Probe> startup,
        Optional<Probe> liveness,
        Optional<Probe> readiness,
        Duration preStop,
        Duration gracePeriod) {

    /// A file, or a folder with files by name.
    ///
    /// @param path in the container
    /// @param isFile whether `path` is that of the one file
    record Mount(String path, boolean isFile, Map<String, String> files) {}

    private static final Set<String> POD = Set.of(
            "containers",
            "volumes",
            "terminationGracePeriodSeconds",
            "enableServiceLinks",
            // Not for a process on this machine.
            "serviceAccountName",
            "automountServiceAccountToken",
            "topologySpreadConstraints",
            "securityContext");

    private static final Set<String> CONTAINER = Set.of(
            "name",
            "command",
            "args",
            "env",
            "envFrom",
            "ports",
            "volumeMounts",
            "startupProbe",
            "livenessProbe",
            "readinessProbe",
            "lifecycle",
            // Not for a process on this machine.
            "image",
            "resources",
            "securityContext");

    /// @param workload a Deployment or StatefulSet
    /// @param name of a container; others of the pod are left out
    public static Container read(Manifests manifests, JsonNode workload, String name) {
        JsonNode pod = workload.at("/spec/template/spec");
        Manifests.knows(pod, "the pod of " + name, POD);
        if (pod.path("enableServiceLinks").asBoolean(true)) {
            throw new IllegalStateException("the pod of " + name + " gets variables from every Service");
        }
        JsonNode container = named(pod.path("containers"), name);
        Manifests.knows(container, "the container " + name, CONTAINER);
        Map<String, Integer> ports = new LinkedHashMap<>();
        container
                .path("ports")
                .forEach(port -> ports.put(
                        port.path("name").asText(), port.path("containerPort").asInt()));
        return new Container(
                name,
                words(container.path("command")),
                words(container.path("args")),
                environment(manifests, container),
                ports,
                mounts(manifests, workload, container),
                probe(container, "startupProbe", ports),
                probe(container, "livenessProbe", ports),
                probe(container, "readinessProbe", ports),
                preStop(container),
                Duration.ofSeconds(pod.path("terminationGracePeriodSeconds").asInt(30)));
    }

    /// @param nameOrNumber as manifests refer to it
    int port(String nameOrNumber) {
        return port(nameOrNumber, ports);
    }

    static int port(String nameOrNumber, Map<String, Integer> ports) {
        if (nameOrNumber.matches("[0-9]+")) {
            return Integer.parseInt(nameOrNumber);
        }
        Integer port = ports.get(nameOrNumber);
        if (port == null) {
            throw new IllegalStateException("no port is called \"" + nameOrNumber + "\": " + ports);
        }
        return port;
    }

    private static JsonNode named(JsonNode list, String name) {
        for (JsonNode each : list) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new IllegalStateException("nothing is called " + name + " in " + list);
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        for (JsonNode word : list) {
            if (word.asText().contains("$(")) {
                throw new IllegalStateException("these tests do not put variables into a command: " + word);
            }
            words.add(word.asText());
        }
        return words;
    }

    private static Optional<Probe> probe(JsonNode container, String field, Map<String, Integer> ports) {
        return container.has(field) ? Optional.of(Probe.read(container.get(field), ports)) : Optional.empty();
    }

    private static Duration preStop(JsonNode container) {
        Manifests.knows(container.path("lifecycle"), "a lifecycle", Set.of("preStop"));
        JsonNode preStop = container.at("/lifecycle/preStop");
        Manifests.knows(preStop, "a preStop", Set.of("sleep"));
        return Duration.ofSeconds(preStop.at("/sleep/seconds").asInt(0));
    }

    private static Map<String, String> environment(Manifests manifests, JsonNode container) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (JsonNode source : container.path("envFrom")) {
            Manifests.knows(source, "an envFrom", Set.of("configMapRef"));
            environment.putAll(
                    manifests.data("ConfigMap", source.at("/configMapRef/name").asText()));
        }
        for (JsonNode variable : container.path("env")) {
            Manifests.knows(variable, "a variable", Set.of("name", "value", "valueFrom"));
            String name = variable.path("name").asText();
            if (variable.has("valueFrom")) {
                Manifests.knows(variable.path("valueFrom"), "the variable " + name, Set.of("secretKeyRef"));
                JsonNode key = variable.at("/valueFrom/secretKeyRef");
                environment.put(
                        name,
                        entry(
                                manifests.data("Secret", key.path("name").asText()),
                                key.path("key").asText()));
            } else {
                environment.put(name, variable.path("value").asText());
            }
        }
        return environment;
    }

    private static String entry(Map<String, String> data, String key) {
        String value = data.get(key);
        if (value == null) {
            throw new IllegalStateException("no key is called " + key + ": " + data.keySet());
        }
        return value;
    }

    private static List<Mount> mounts(Manifests manifests, JsonNode workload, JsonNode container) {
        List<Mount> mounts = new ArrayList<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            Manifests.knows(mount, "a mount", Set.of("name", "mountPath", "subPath", "readOnly"));
            Map<String, String> files =
                    files(manifests, workload, mount.path("name").asText());
            String path = mount.path("mountPath").asText();
            if (mount.has("subPath")) {
                String file = mount.path("subPath").asText();
                mounts.add(new Mount(path, true, Map.of(file, entry(files, file))));
            } else {
                mounts.add(new Mount(path, false, files));
            }
        }
        return mounts;
    }

    /// What a volume holds at first.
    private static Map<String, String> files(Manifests manifests, JsonNode workload, String name) {
        for (JsonNode claim : workload.at("/spec/volumeClaimTemplates")) {
            if (claim.at("/metadata/name").asText().equals(name)) {
                return Map.of();
            }
        }
        JsonNode volume = named(workload.at("/spec/template/spec/volumes"), name);
        Manifests.knows(volume, "the volume " + name, Set.of("name", "emptyDir", "configMap", "secret"));
        if (volume.has("configMap")) {
            Manifests.knows(volume.get("configMap"), "the volume " + name, Set.of("name"));
            return manifests.data("ConfigMap", volume.at("/configMap/name").asText());
        }
        if (volume.has("secret")) {
            Manifests.knows(volume.get("secret"), "the volume " + name, Set.of("secretName", "defaultMode"));
            return manifests.data("Secret", volume.at("/secret/secretName").asText());
        }
        return Map.of();
    }
}
