package dev.freshet.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
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

    /// Whether the build that runs these tests made binaries and no jars.
    private static final boolean NATIVE_BUILD = Boolean.getBoolean("freshet.native-build");

    private final String module;

    Service(String module) {
        this.module = module;
    }

    String module() {
        return module;
    }

    /// Whether they are binaries, and not jars: in the folder that `-Dfreshet.binaries` names (`./dev native` makes
    /// them), or with `-Dnative` those of this build.
    static boolean areBinaries() {
        return BINARIES != null || NATIVE_BUILD;
    }

    /// @throws IllegalStateException where there is none
    Path binary() {
        if (BINARIES == null) {
            return built();
        }
        Path binary = BINARIES.resolve(module);
        if (!Files.isExecutable(binary)) {
            throw new IllegalStateException(binary + " is missing: run `./dev native` first");
        }
        return binary;
    }

    /// Its name has the version in it.
    private Path built() {
        Path target = root().resolve(module).resolve("target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalStateException("no binary in " + target + ": run `mvn package -Dnative` first"));
        } catch (IOException e) {
            throw new UncheckedIOException("no binary in " + target + ": run `mvn package -Dnative` first", e);
        }
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

    /// Where the logs of one deployment go. JVMs that run tests side by side have folders of their own.
    static Path logFolder(String deployment) {
        return target("system-tests")
                .resolve(System.getProperty("freshet.fork", ""))
                .resolve(deployment);
    }

    /// A folder that goes with the build.
    static Path target(String name) {
        return MODULE.resolve("target").resolve(name);
    }

    /// The same without what a run before left in it.
    static Path emptyLogFolder(String deployment) {
        Path folder = logFolder(deployment);
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> left = Files.walk(folder)) {
                    left.sorted(Comparator.reverseOrder())
                            .forEach(each -> each.toFile().delete());
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
