package dev.freshet.systemtests.kubernetes;

import dev.freshet.testkit.Child;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// One container's process, looked after as the kubelet does: probes in their order and at their pace, and an end
/// by preStop, SIGTERM and the grace period.
///
/// Where the kubelet would end the container, and start it again or not, it is a mishap here, and the pod is over.
public final class Pod implements AutoCloseable {

    private final String name;
    private final Path folder;
    private final Container container;
    private final Sandbox sandbox;
    private final Child child;
    private final Consumer<String> mishaps;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile long readySince;
    private volatile boolean ready;
    private volatile long deletedAt;
    private volatile boolean deleted;

    private Pod(String name, Path folder, Container container, Sandbox sandbox, Child child, Consumer<String> mishaps) {
        this.name = name;
        this.folder = folder;
        this.container = container;
        this.sandbox = sandbox;
        this.child = child;
        this.mishaps = mishaps;
    }

    /// Starts it, and does not wait.
    ///
    /// @param folder for folders of pods; logs are in it
    /// @param address of 127.0.0.0/8, its own
    /// @param services addresses by name
    /// @param mishaps called by any thread
    public static Pod start(
            String name,
            Container container,
            Image image,
            Path folder,
            String address,
            Map<String, String> services,
            Consumer<String> mishaps) {
        Sandbox sandbox = new Sandbox(folder.resolve(name), address, container, image, services);
        sandbox.unpack();
        Child child = Child.startAlone(name, folder, sandbox.commandLine(), sandbox.environment());
        Pod pod = new Pod(name, folder, container, sandbox, child, mishaps);
        pod.inBackground("started", pod::startUp);
        return pod;
    }

    public String name() {
        return name;
    }

    public String address() {
        return sandbox.address();
    }

    public Child child() {
        return child;
    }

    /// @throws IllegalStateException if none is called so
    public int port(String portName) {
        return container.port(portName);
    }

    /// What its process was told, as if it ran in a container.
    public Told told() {
        return sandbox.told(child.pid());
    }

    public boolean isReady() {
        return ready;
    }

    /// Ready, and for so long.
    boolean isAvailable(Duration atLeast) {
        return ready && System.nanoTime() - readySince >= atLeast.toNanos();
    }

    /// Whether proxies send it connections: while it is ready, and for a moment after it was deleted.
    boolean isInService(Duration lag) {
        return deleted ? System.nanoTime() - deletedAt < lag.toNanos() : ready;
    }

    boolean isGone() {
        return !child.isAlive();
    }

    /// Lets it end, and does not wait.
    void delete() {
        deletedAt = System.nanoTime();
        deleted = true;
        inBackground("ending", this::end);
    }

    private void end() throws InterruptedException {
        long deadline = deletedAt + container.gracePeriod().toNanos();
        TimeUnit.NANOSECONDS.sleep(container.preStop().toNanos());
        if (!child.isAlive()) {
            mishap("ended before it got SIGTERM");
            return;
        }
        child.send("TERM");
        try {
            int code = child.awaitExit(Duration.ofNanos(deadline - System.nanoTime()));
            if (code != 0 && code != 128 + 15) {
                mishap("ended with exit code " + code);
            }
        } catch (AssertionError late) {
            mishap("got SIGKILL, for its grace period of " + container.gracePeriod() + " was over: "
                    + late.getMessage());
        }
    }

    private void startUp() throws InterruptedException {
        Optional<Probe> startup = container.startup();
        if (startup.isPresent() && !passesInTime(startup.get())) {
            mishap("failed its startup probe: " + startup.get());
            return;
        }
        container.liveness().ifPresent(probe -> inBackground("live", () -> keepAlive(probe)));
        if (container.readiness().isPresent()) {
            keepReady(container.readiness().get());
        } else {
            ready(true);
        }
    }

    private boolean passesInTime(Probe probe) throws InterruptedException {
        sleep(probe.delay());
        for (int failed = 0; failed < probe.failures(); failed++) {
            if (isRunning() && passes(probe)) {
                return true;
            }
            sleep(probe.period());
        }
        return false;
    }

    /// Not asked any more once it is to end.
    private void keepAlive(Probe probe) throws InterruptedException {
        sleep(probe.delay());
        int failed = 0;
        while (isRunning() && !deleted) {
            failed = passes(probe) ? 0 : failed + 1;
            if (failed >= probe.failures() && !deleted) {
                mishap("failed its liveness probe: " + probe);
            }
            sleep(probe.period());
        }
    }

    private void keepReady(Probe probe) throws InterruptedException {
        sleep(probe.delay());
        int failed = 0;
        int passed = 0;
        while (isRunning()) {
            if (passes(probe)) {
                failed = 0;
                passed++;
            } else {
                failed++;
                passed = 0;
            }
            if (passed >= probe.successes()) {
                ready(true);
            } else if (failed >= probe.failures()) {
                ready(false);
            }
            sleep(probe.period());
        }
        ready(false);
    }

    private void ready(boolean now) {
        if (now && !ready) {
            readySince = System.nanoTime();
        }
        ready = now;
    }

    private boolean isRunning() {
        if (!over.get() && !deleted && !child.isAlive()) {
            mishap("ended by itself");
        }
        return !over.get() && child.isAlive();
    }

    private boolean passes(Probe probe) throws InterruptedException {
        return switch (probe.check()) {
            case Probe.Get get -> answers(get, (int) probe.timeout().toMillis());
            case Probe.Exec exec -> succeeds(exec, probe.timeout());
        };
    }

    private boolean answers(Probe.Get get, int limitMs) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://" + address() + ":" + get.port() + get.path())
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout(limitMs);
            connection.setReadTimeout(limitMs);
            // Each probe is a connection of its own.
            connection.setRequestProperty("Connection", "close");
            int status = connection.getResponseCode();
            connection.disconnect();
            return status >= 200 && status < 400;
        } catch (IOException nobody) {
            return false;
        }
    }

    private boolean succeeds(Probe.Exec exec, Duration limit) throws InterruptedException {
        Child probe =
                Child.startAlone(name + "-probe", folder, sandbox.commandLine(exec.command()), sandbox.environment());
        try {
            return probe.awaitExit(limit) == 0;
        } catch (AssertionError late) {
            probe.kill();
            return false;
        }
    }

    private void mishap(String what) {
        if (over.compareAndSet(false, true)) {
            ready = false;
            mishaps.accept(name + " " + what);
            child.kill();
        }
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void inBackground(String what, Work work) {
        Thread.ofVirtual().name(name + " " + what).start(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error failure) {
                mishap("cannot be looked after: " + failure);
            }
        });
    }

    @Override
    public void close() {
        over.set(true);
        child.kill();
    }
}
