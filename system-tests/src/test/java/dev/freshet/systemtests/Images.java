package dev.freshet.systemtests;

import dev.freshet.systemtests.kubernetes.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What the images of the production overlay have in them, from what was built here and what this machine has.
final class Images {

    private static final String ENTRYPOINT = "ENTRYPOINT ";

    private Images() {}

    /// As the service's Dockerfile makes it, with the AOT cache of these tests.
    static Image of(Service service) {
        Map<String, Path> links = new HashMap<>();
        if (Service.areBinaries()) {
            links.put("/work/application", service.binary());
        } else {
            try (Stream<Path> parts =
                    Files.list(Objects.requireNonNull(service.jar().getParent()))) {
                parts.forEach(part -> links.put("/work/" + part.getFileName(), part));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            links.put("/work/app.aot", AotCache.of(service));
            links.put("/bin/java", Path.of(System.getProperty("java.home"), "bin", "java"));
        }
        return new Image(
                "/work", entrypoint(service), links, Map.of(), List.of("QUARKUS_HTTP_HOST", "QUARKUS_MANAGEMENT_HOST"));
    }

    /// This machine's Redis. Its manifest has a command, and its probes speak to the container they run in.
    static Image redis() {
        String machines = "PATH=\"${PATH#*:}\" exec ";
        return new Image(
                "/etc/freshet",
                List.of(),
                Map.of(),
                Map.of(
                        "redis-server", machines + "redis-server \"$@\" --bind $ADDRESS\n",
                        "redis-cli", machines + "redis-cli -h $ADDRESS \"$@\"\n"),
                List.of());
    }

    private static List<String> entrypoint(Service service) {
        Path dockerfile = Service.root()
                .resolve(service.module())
                .resolve("src/main/docker")
                .resolve(Service.areBinaries() ? "Dockerfile.native-micro" : "Dockerfile.jvm");
        try {
            String line = Files.readAllLines(dockerfile).stream()
                    .filter(each -> each.startsWith(ENTRYPOINT))
                    .findFirst()
                    .orElseThrow();
            List<String> words = new ArrayList<>();
            Rest.parse(line.substring(ENTRYPOINT.length())).forEach(word -> words.add(word.asText()));
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
