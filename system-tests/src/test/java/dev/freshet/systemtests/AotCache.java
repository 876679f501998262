package dev.freshet.systemtests;

import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The services' AOT caches, as their JVM images have them. They are made by the first test that starts a service, and
/// serve all tests until the services are built again: a JVM starts in half the time with one.
final class AotCache {

    private static final Path FOLDER = Service.target("aot");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private AotCache() {}

    /// The cache of the jar that is there now.
    static synchronized Path of(Service service) {
        if (!isFresh(service)) {
            make();
        }
        return file(service);
    }

    /// Tests run in several JVMs: one makes them, the others wait.
    private static void make() {
        try {
            Files.createDirectories(FOLDER);
            try (FileChannel lock = FileChannel.open(
                            FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var held = lock.lock()) {
                List<Service> stale = new ArrayList<>(List.of(Service.values()));
                stale.removeIf(AotCache::isFresh);
                if (held.isValid() && !stale.isEmpty()) {
                    train(stale);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Starts each once. What it loads until it is ready stands in the file that its JVM leaves behind when it ends.
    private static void train(List<Service> services) throws IOException, InterruptedException {
        List<Replica> replicas = new ArrayList<>();
        try (RedisServer redis = RedisServer.start()) {
            Map<String, String> settings = new HashMap<>(Deployment.identity(Tokens.create()));
            settings.put("QUARKUS_REDIS_HOSTS", redis.url());
            settings.put("FRESHET_PUSH_DRAIN_ACCEPT", "0S");
            settings.put("FRESHET_PUSH_DRAIN_WINDOW", "0S");
            for (Service service : services) {
                Files.deleteIfExists(written(service));
                replicas.add(Replica.train(service, FOLDER, settings, written(service)));
            }
            replicas.forEach(Replica::awaitReady);
            replicas.forEach(replica -> replica.child().send("TERM"));
            for (Replica replica : replicas) {
                replica.child().awaitExit(LIMIT);
            }
        } finally {
            replicas.forEach(Replica::close);
        }
        for (Service service : services) {
            Files.move(written(service), file(service), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static boolean isFresh(Service service) {
        try {
            Path file = file(service);
            return Files.exists(file)
                    && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(service.jar())) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(Service service) {
        return FOLDER.resolve(service.module() + ".aot");
    }

    private static Path written(Service service) {
        return FOLDER.resolve(service.module() + ".new");
    }
}
