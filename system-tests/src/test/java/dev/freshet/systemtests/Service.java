package dev.freshet.systemtests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The packaged services.
enum Service {
    TICKET("ticket-service"),
    EVENTS("events-service"),
    PUSH("push-service");

    /// Where Maven runs these tests: `system-tests`, next to the services' modules.
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();

    /// A relative path begins at the repository.
    private static final @Nullable Path BINARIES = binaries(System.getProperty("freshet.binaries", ""));

    private final String module;

    Service(String module) {
        this.module = module;
    }

    String module() {
        return module;
    }

    /// Whether they are binaries, in the folder that `-Dfreshet.binaries` names (`./dev native` makes them), and not
    /// jars.
    static boolean areBinaries() {
        return BINARIES != null;
    }

    /// @throws IllegalStateException where there is none
    Path binary() {
        Path binary = Objects.requireNonNull(BINARIES).resolve(module);
        if (!Files.isExecutable(binary)) {
            throw new IllegalStateException(binary + " is missing: run `./dev native` first");
        }
        return binary;
    }

    Path jar() {
        Path jar = root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing: run `mvn package` first");
        }
        return jar;
    }

    private static @Nullable Path binaries(String folder) {
        return folder.isBlank() ? null : root().resolve(folder);
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
