package dev.freshet.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The packaged services.
enum Service {
    TICKET("ticket-service"),
    EVENTS("events-service"),
    PUSH("push-service");

    /// Where Maven runs these tests: `system-tests`, next to the services' modules.
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();

    private final String module;

    Service(String module) {
        this.module = module;
    }

    String module() {
        return module;
    }

    Path jar() {
        Path jar = root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing: run `mvn package` first");
        }
        return jar;
    }

    /// The repository.
    static Path root() {
        return Objects.requireNonNull(MODULE.getParent());
    }

    /// Where the logs of one deployment go.
    static Path logFolder(String deployment) {
        return MODULE.resolve("target/system-tests").resolve(deployment);
    }
}
