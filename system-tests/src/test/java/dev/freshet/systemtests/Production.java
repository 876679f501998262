package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.log.Partitions;
import dev.freshet.systemtests.kubernetes.Container;
import dev.freshet.systemtests.kubernetes.Manifests;
import dev.freshet.systemtests.kubernetes.Pod;
import dev.freshet.systemtests.kubernetes.Workload;
import dev.freshet.testkit.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// `k8s/overlays/production` on this machine: its Redis and its Deployments, and what k8s/README.md has an operator
/// make
/// for them. Logs and pods' folders are in `target/system-tests/production/`.
final class Production implements AutoCloseable {

    private static final Path OVERLAY = Service.root().resolve("k8s/overlays/production");
    private static final List<String> REDIS_USERS =
            List.of("ticket-service", "events-service", "push-service", "producer", "exporter", "operator");

    /// Its start script runs a dozen programs, on a machine that may be busy; its startup probe gives it ten minutes.
    private static final Duration REDIS_LIMIT = Duration.ofMinutes(2);

    private final Path folder = Service.emptyLogFolder("production");
    private final Tokens tokens = Tokens.create();
    private final Secrets secrets = new Secrets();
    private final Map<String, String> passwords = new HashMap<>();
    private final List<String> mishaps = new CopyOnWriteArrayList<>();
    private final Map<Service, Container> containers = new EnumMap<>(Service.class);
    private final Map<Service, Workload> workloads = new EnumMap<>(Service.class);
    private final AtomicInteger addresses = new AtomicInteger(1);
    private final AtomicInteger turn = new AtomicInteger();

    /// Another run of this test has another one, and the same ports.
    private final String network = "127.%d.%d."
            .formatted(
                    ThreadLocalRandom.current().nextInt(1, 255),
                    ThreadLocalRandom.current().nextInt(1, 255));

    private final Manifests manifests = Manifests.render(OVERLAY);
    private final Pod redis;

    private Production() {
        makeWhatOnlyTheOperatorHas();
        redis = startRedis();
    }

    /// Starts all and waits until all are available.
    static Production start() {
        Production production = new Production();
        try {
            Patience.await("Redis is ready")
                    .atMost(REDIS_LIMIT)
                    .until(() -> production.redis.isReady() || !production.isWell());
            for (Service service : Service.values()) {
                Workload workload = production.workload(service);
                production.workloads.put(service, workload);
                workload.start();
            }
            production.workloads.values().forEach(Workload::awaitAvailable);
            production.assertWell();
            return production;
        } catch (RuntimeException | Error failure) {
            production.stop();
            throw failure;
        }
    }

    private void makeWhatOnlyTheOperatorHas() {
        for (String user : REDIS_USERS) {
            String password = UUID.randomUUID().toString().replace("-", "");
            passwords.put(user, secrets.remember(password));
        }
        manifests.add("Secret", "freshet-redis", passwords);
        try {
            manifests.add("ConfigMap", "freshet-jwt", Map.of("public.pem", Files.readString(tokens.publicKeyFile())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Without the exporter beside it, which MonitoringIT has.
    private Pod startRedis() {
        Container container = Container.read(manifests, manifests.find("StatefulSet", "redis"), "redis");
        return Pod.start("redis-0", container, Images.redis(), folder, nextAddress(), Map.of(), mishaps::add);
    }

    private Workload workload(Service service) {
        JsonNode deployment = manifests.find("Deployment", service.module());
        Container container = Container.read(manifests, deployment, service.module());
        containers.put(service, container);
        int port = manifests.targetPort(service.module(), container);
        return new Workload(
                deployment,
                autoscaledTo(service),
                port,
                new InetSocketAddress(network + 1, port),
                number -> startPod(service, container, number),
                this::isWell);
    }

    private Pod startPod(Service service, Container container, int number) {
        Pod pod = Pod.start(
                service.module() + "-" + number,
                container,
                Images.of(service),
                folder,
                nextAddress(),
                Map.of("redis", redis.address()),
                mishaps::add);
        secrets.watch(pod.child());
        return pod;
    }

    /// Where a Deployment leaves it to the autoscaler: the fewest that this one keeps.
    private int autoscaledTo(Service service) {
        return manifests.find("Deployment", service.module()).at("/spec").has("replicas")
                ? 0
                : manifests
                        .find("HorizontalPodAutoscaler", service.module())
                        .at("/spec/minReplicas")
                        .asInt();
    }

    private String nextAddress() {
        return network + addresses.incrementAndGet();
    }

    Container container(Service service) {
        return Objects.requireNonNull(containers.get(service));
    }

    Workload of(Service service) {
        return Objects.requireNonNull(workloads.get(service));
    }

    /// A path at a pod of this Service, another one each time.
    String url(Service service, String path) {
        List<InetSocketAddress> endpoints = of(service).endpoints();
        InetSocketAddress next = endpoints.get(Math.floorMod(turn.getAndIncrement(), endpoints.size()));
        return "http://" + next.getHostString() + ":" + next.getPort() + path;
    }

    /// Claims as the identity provider of the overlay makes them.
    Tokens.Builder user(String id) {
        Map<String, String> settings = container(Service.PUSH).environment();
        return tokens.user(id)
                .claim("iss", Objects.requireNonNull(settings.get("MP_JWT_VERIFY_ISSUER")))
                .claim("aud", Objects.requireNonNull(settings.get("MP_JWT_VERIFY_AUDIENCES")));
    }

    /// Requests of a backend service.
    Rest publisher() {
        return new Rest(secrets.remember(
                user("backend").publish("broadcast:*", "user:*").sign()));
    }

    Partitions partitions() {
        return new Partitions(Integer.parseInt(
                Objects.requireNonNull(container(Service.PUSH).environment().get("FRESHET_LOG_PARTITIONS"))));
    }

    InetSocketAddress redisAddress() {
        return new InetSocketAddress(redis.address(), redis.port("redis"));
    }

    String password(String redisUser) {
        return Objects.requireNonNull(passwords.get(redisUser));
    }

    Secrets secrets() {
        return secrets;
    }

    private boolean isWell() {
        return mishaps.isEmpty();
    }

    /// No container was ended or started again but by a rollout.
    void assertWell() {
        if (!isWell()) {
            throw new AssertionError(String.join("\n", mishaps));
        }
    }

    @Override
    public void close() {
        stop();
        List<String> leaks = secrets.leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError("secrets in logs: " + leaks);
        }
    }

    private void stop() {
        workloads.values().forEach(Workload::close);
        redis.close();
    }
}
