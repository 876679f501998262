package dev.freshet.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/// A process that a test or a benchmark started, and its log. It ends with [#close], at the latest with this JVM.
public final class Child implements AutoCloseable {

    /// JVMs start side by side on few cores, next to whatever else a build machine does.
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    /// Not worth waiting longer for a graceful end.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private static final Duration GLANCE = Duration.ofMillis(50);
    private static final int SHOWN_LINES = 40;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Child::end), "children-cleanup"));
    }

    private final String name;
    private final Path log;
    private final Process process;

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /// @param folder where it runs, and its log is
    public static Child start(String name, Path folder, List<String> command, Map<String, String> environment) {
        return start(name, folder, command, inherited -> {
            // FRESHET_… of the shell belongs to ./dev, OTEL_… to who runs the tests; a service would read it as its own
            // configuration.
            inherited.keySet().removeIf(Child::isSetting);
            inherited.putAll(environment);
        });
    }

    /// The same with this environment and nothing else, as in a container.
    public static Child startAlone(String name, Path folder, List<String> command, Map<String, String> environment) {
        return start(name, folder, command, inherited -> {
            inherited.clear();
            inherited.putAll(environment);
        });
    }

    private static Child start(
            String name, Path folder, List<String> command, Consumer<Map<String, String>> environment) {
        try {
            Files.createDirectories(folder);
            Path log = folder.resolve(name + ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    // Appending: a process that is started again goes on in its log.
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            environment.accept(builder.environment());
            Process process = builder.start();
            RUNNING.add(process);
            process.onExit().thenAccept(RUNNING::remove);
            return new Child(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
    }

    /// Waits until it is ready.
    ///
    /// @throws IllegalStateException with the end of its log, if it exits or takes too long
    public void awaitReady(BooleanSupplier ready) {
        awaitReady(GLANCE, ready);
    }

    /// The same, looking so often.
    public void awaitReady(Duration glance, BooleanSupplier ready) {
        try {
            Awaitility.await(name)
                    .atMost(READY_LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(glance)
                    .until(() -> !process.isAlive() || ready.getAsBoolean());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(name + " is not ready after " + READY_LIMIT + "; " + lastLines(), e);
        }
        if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended with exit code " + process.exitValue() + "; " + lastLines());
        }
    }

    /// Waits until it takes connections.
    public void awaitPort(int port) {
        awaitReady(() -> answers(port));
    }

    /// Waits until its log begins, which is when a JVM has started.
    public void awaitFirstWords() {
        Awaitility.await(name)
                .atMost(READY_LIMIT)
                .pollInterval(GLANCE)
                .until(() -> !process.isAlive() || !logLines().isEmpty());
    }

    /// Waits until it ended by itself.
    ///
    /// @return its exit code
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " still runs after " + limit + "; " + lastLines());
        }
        return process.exitValue();
    }

    /// Sends it a signal, by its name (`TERM`, `STOP`, `CONT`).
    public void send(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError(name + " got no " + signal + "; " + lastLines());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Its own and those of its children, theirs included.
    public List<Long> pids() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /// Ends it as `kill -9` does, with its children, and waits for that.
    public void kill() {
        end(process);
        process.onExit().join();
    }

    private static void end(Process process) {
        // The children first, for later nobody knows whose they were.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /// Memory that it holds, KiB.
    public long residentKib() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<String> logLines() {
        try {
            // What a process wrote need not be text.
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isSetting(String variable) {
        return variable.startsWith("FRESHET_") || variable.startsWith("QUARKUS_") || variable.startsWith("OTEL_");
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String lastLines() {
        List<String> lines = logLines();
        List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
        return "the end of " + log + ":\n" + String.join("\n", last);
    }
}
