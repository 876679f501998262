package dev.freshet.bench.server;

import dev.freshet.testkit.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Where a benchmark finds what it starts, and who signs its tokens.
///
/// @param root the repository
/// @param folder logs of what runs
/// @param limit the compiled limit program
/// @param javaOptions of the services, besides those of `k8s/base/jvm.options`
/// @param nativeImages whether push-service's native image runs in place of its jar
public record Workplace(
        Path root, Path folder, Path limit, List<String> javaOptions, boolean nativeImages, Signer signer) {

    /// Signs each user's token once.
    public static final class Signer {

        private static final Duration LIFE = Duration.ofHours(12);

        private final Tokens tokens = Tokens.create();
        private final Map<Integer, String> signed = new ConcurrentHashMap<>();

        /// Client 7 is user `u7`, and may follow rooms.
        String client(int client) {
            return signed.computeIfAbsent(
                    client,
                    number -> tokens.user("u" + number)
                            .channels("room:*")
                            .expiresIn(LIFE)
                            .sign());
        }

        /// A backend service: in the group that publishes without a rate limit.
        String backend() {
            return tokens.user("backend")
                    .publish("user:*", "broadcast:*", "room:*")
                    .groups("publisher")
                    .expiresIn(LIFE)
                    .sign();
        }

        Map<String, String> settings() {
            return tokens.settings();
        }
    }

    /// The same with the logs in a folder of their own.
    public Workplace in(String name) {
        return new Workplace(root, folder.resolve(name), limit, javaOptions, nativeImages, signer);
    }

    /// The same with more options for the services' JVMs.
    Workplace with(List<String> more) {
        List<String> all = new ArrayList<>(javaOptions);
        all.addAll(more);
        return new Workplace(root, folder, limit, all, nativeImages, signer);
    }

    /// What the services' JVMs are started with wherever they run.
    Path jvmOptions() {
        return existing(root.resolve("k8s/base/jvm.options"), "it is part of the repository");
    }

    Path jar(String service) {
        return existing(root.resolve(service).resolve("target/quarkus-app/quarkus-run.jar"), "./dev build makes it");
    }

    Path nativeImage(String service) {
        return existing(root.resolve(".dev/native").resolve(service), "./dev native makes it");
    }

    Path redisConfiguration() {
        return existing(root.resolve("k8s/base/redis/redis.conf"), "it is part of the repository");
    }

    private static Path existing(Path file, String how) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(file + " is missing: " + how + ".");
        }
        return file;
    }
}
