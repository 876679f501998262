package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real `redis-server` of one test, on a port and in a folder of its own. It ends with [#close], at the latest
/// with this JVM.
///
/// Needs Redis 7 or newer on the PATH. Not thread-safe, but for [#cli].
public final class RedisServer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    /// A server that is paused or gone wrong must not hold a test for ever.
    private static final Duration CLI_LIMIT = Duration.ofSeconds(20);

    private static final Set<RedisServer> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(RedisServer::end), "redis-cleanup"));
    }

    private static void end(RedisServer server) {
        try {
            server.close();
        } catch (UncheckedIOException cleaned) {
            // By another thread, which does not know yet that the JVM ends.
        }
    }

    private final int port;
    private final Path folder;
    private final List<String> options;
    private final @Nullable String password;
    private Map<String, String> environment = Map.of();
    private @Nullable Process process;
    private boolean paused;

    private RedisServer(int port, Path folder, List<String> options) {
        this.port = port;
        this.folder = folder;
        this.options = options;
        int given = options.indexOf("--requirepass");
        this.password = given < 0 ? null : options.get(given + 1);
    }

    /// Starts a server without persistence and waits until it answers.
    public static RedisServer start(String... options) {
        return startIn(Map.of(), options);
    }

    /// The same in an environment of its own: with another clock, for example.
    public static RedisServer startIn(Map<String, String> environment, String... options) {
        try {
            List<String> all = new ArrayList<>(List.of("--save", "", "--appendonly", "no"));
            all.addAll(List.of(options));
            if (all.contains("--cluster-enabled") && !all.contains("--cluster-port")) {
                // By itself it takes one 10,000 above its own, which may be some outgoing connection's.
                all.addAll(List.of("--cluster-port", Integer.toString(Ports.free())));
            }
            RedisServer server = new RedisServer(Ports.free(), Files.createTempDirectory("freshet-redis"), all);
            server.environment = Map.copyOf(environment);
            server.startProcess();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a Sentinel and waits until it answers. It has nobody to watch yet.
    static RedisServer sentinel(String... options) {
        try {
            Path folder = Files.createTempDirectory("freshet-sentinel");
            // It keeps there what it learns, and does not start without.
            Path memory = Files.createFile(folder.resolve("sentinel.conf"));
            List<String> all = new ArrayList<>(List.of(memory.toString(), "--sentinel"));
            all.addAll(List.of(options));
            RedisServer server = new RedisServer(Ports.free(), folder, all);
            server.startProcess();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /// As `quarkus.redis.hosts` wants it.
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /// Runs one command through `redis-cli` and returns what it printed, without the last line break.
    public String cli(String... command) {
        List<String> line = new ArrayList<>(List.of("redis-cli", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        line.addAll(List.of(command));
        try {
            ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
            if (password != null) {
                builder.environment().put("REDISCLI_AUTH", password);
            }
            Process cli = builder.start();
            CompletableFuture<Process> end = cli.onExit();
            end.orTimeout(CLI_LIMIT.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> cli.destroyForcibly());
            cli.getOutputStream().close();
            String out = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            cli.waitFor();
            return out.stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Its `master_replid`, which changes with every restart and failover.
    public String replid() {
        return cli("INFO", "replication")
                .lines()
                .filter(line -> line.startsWith("master_replid:"))
                .map(line -> line.substring("master_replid:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    /// Ends the process at once, as `kill -9` does. [#restart] brings it back on the same port and folder.
    public void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
            process = null;
            paused = false;
        }
    }

    public void restart() {
        kill();
        startProcess();
    }

    /// Lets it stand still without a word, its connections open (SIGSTOP), until [#resume].
    public void pause() {
        signal("-STOP");
        paused = true;
    }

    public void resume() {
        signal("-CONT");
        paused = false;
    }

    /// Whether it is there, paused or not.
    public boolean isRunning() {
        return process != null;
    }

    public boolean isPaused() {
        return paused;
    }

    @Override
    public void close() {
        kill();
        OPEN.remove(this);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startProcess() {
        List<String> line = new ArrayList<>(List.of("redis-server"));
        int first = options.contains("--sentinel") ? 1 : 0;
        // The file comes before all options.
        line.addAll(options.subList(0, first));
        line.addAll(List.of(
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--logfile",
                folder.resolve("redis.log").toString()));
        line.addAll(options.subList(first, options.size()));
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            OPEN.add(this);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server 7 or newer must be on the PATH", e);
        }
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!cli("PING").equals("PONG")) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("redis-server on port " + port + " does not answer");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private void signal(String which) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("redis-server on port " + port + " does not run");
        }
        try {
            new ProcessBuilder("kill", which, Long.toString(running.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
