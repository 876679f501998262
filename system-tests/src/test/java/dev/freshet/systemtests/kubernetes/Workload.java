package dev.freshet.systemtests.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;

/// The pods of a Deployment, rolled out as its strategy says, and the Service in front of them.
public final class Workload implements AutoCloseable {

    /// How late proxies learn that a pod is going: below the 5 s for which it waits for them.
    private static final Duration LAG = Duration.ofSeconds(3);

    /// JVMs start side by side on few cores, next to whatever else a build machine does.
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final Duration GLANCE = Duration.ofMillis(50);

    private final int replicas;
    private final int surge;
    private final int unavailable;
    private final Duration minReady;
    private final int port;
    private final InetSocketAddress nobody;
    private final IntFunction<Pod> start;
    private final BooleanSupplier goesOn;
    private final List<Pod> pods = new CopyOnWriteArrayList<>();
    private int started;

    /// @param replicas unless the Deployment says
    /// @param port of its pods, to which its Service sends
    /// @param nobody where the Service's connections go while it has no pod: nobody listens there
    /// @param start starts the pod of this number
    /// @param goesOn whether it is worth waiting any longer
    public Workload(
            JsonNode deployment,
            int replicas,
            int port,
            InetSocketAddress nobody,
            IntFunction<Pod> start,
            BooleanSupplier goesOn) {
        JsonNode spec = deployment.path("spec");
        this.replicas = spec.path("replicas").asInt(replicas);
        JsonNode strategy = spec.path("strategy");
        if (!strategy.path("type").asText("RollingUpdate").equals("RollingUpdate")) {
            throw new IllegalStateException("these tests know no other strategy than RollingUpdate: " + strategy);
        }
        JsonNode update = strategy.path("rollingUpdate");
        this.surge = count(update.path("maxSurge").asText("25%"), true);
        this.unavailable = count(update.path("maxUnavailable").asText("25%"), false);
        this.minReady = Duration.ofSeconds(spec.path("minReadySeconds").asInt(0));
        this.port = port;
        this.nobody = nobody;
        this.start = start;
        this.goesOn = goesOn;
    }

    /// A percentage of a surge is rounded up, the other one down.
    private int count(String numberOrPercent, boolean up) {
        if (!numberOrPercent.endsWith("%")) {
            return Integer.parseInt(numberOrPercent);
        }
        double exact = replicas * Integer.parseInt(numberOrPercent.replace("%", "")) / 100.0;
        return (int) (up ? Math.ceil(exact) : Math.floor(exact));
    }

    /// Starts all, and does not wait.
    public void start() {
        for (int i = 0; i < replicas; i++) {
            launch();
        }
    }

    public void awaitAvailable() {
        await("all are available", () -> available(pods) == replicas);
    }

    /// What `kubectl rollout restart` sets off, to its end: all pods are new ones, and the old ones are gone.
    public void restart() {
        List<Pod> old = new ArrayList<>(pods);
        List<Pod> ending = List.copyOf(old);
        List<Pod> fresh = new ArrayList<>();
        await("all are new", () -> {
            while (fresh.size() < replicas && old.size() + fresh.size() < replicas + surge) {
                fresh.add(launch());
            }
            while (!old.isEmpty() && available(old) + available(fresh) > replicas - unavailable) {
                old.removeFirst().delete();
            }
            return old.isEmpty() && available(fresh) == replicas;
        });
        await("the old ones are gone", () -> ending.stream().allMatch(Pod::isGone));
        pods.removeAll(ending);
    }

    /// Those that are there, going or not.
    public List<Pod> pods() {
        return List.copyOf(pods);
    }

    /// Where its Service sends a connection; never empty.
    public List<InetSocketAddress> endpoints() {
        List<InetSocketAddress> endpoints = pods.stream()
                .filter(pod -> pod.isInService(LAG))
                .map(pod -> new InetSocketAddress(pod.address(), port))
                .toList();
        return endpoints.isEmpty() ? List.of(nobody) : endpoints;
    }

    private Pod launch() {
        Pod pod = start.apply(started++);
        pods.add(pod);
        return pod;
    }

    private int available(List<Pod> which) {
        return (int) which.stream().filter(pod -> pod.isAvailable(minReady)).count();
    }

    private void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(GLANCE)
                .until(() -> condition.call() || !goesOn.getAsBoolean());
    }

    @Override
    public void close() {
        pods.forEach(Pod::close);
    }
}
