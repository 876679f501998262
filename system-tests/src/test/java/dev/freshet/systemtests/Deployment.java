package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Partitions;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything that one test needs: a Redis, two replicas of each service as processes, a proxy in front of them.
///
/// Logs are in `target/system-tests/<name>/`; when it closes, none of them may hold a token or ticket.
final class Deployment implements AutoCloseable {

    private static final Map<Integer, Deployment> SHARED = new HashMap<>();

    private final Plan plan;
    private final Path logs;
    private final Log log;
    private final Backend backend;
    private final Tokens tokens = Tokens.create();
    private final Secrets secrets = new Secrets();
    private final Map<Service, List<Replica>> replicas = new EnumMap<>(Service.class);
    private @Nullable Proxy proxy;
    private boolean stopped;

    private Deployment(Plan plan, Backend backend) {
        this.plan = plan;
        this.logs = Service.emptyLogFolder(plan.name());
        this.backend = backend;
        this.log = new Log(backend::primary, new Partitions(plan.partitions()));
        for (Service service : Service.values()) {
            replicas.put(service, new ArrayList<>());
        }
    }

    /// Starts all and waits until all are ready.
    ///
    /// @param redisOptions names and values in turn
    static Deployment start(String name, int partitions, String... redisOptions) {
        return start(Plan.of(name, partitions).redis(redisOptions));
    }

    /// Starts all and waits until all are ready.
    static Deployment start(Plan plan) {
        return start(plan, standalone(plan));
    }

    /// The same with a Redis that runs already, and from now on belongs to the deployment.
    static Deployment start(Plan plan, Backend backend) {
        Deployment deployment = withoutServices(plan, backend);
        try {
            for (Service service : Service.values()) {
                for (int i = 0; i < plan.replicas(service); i++) {
                    deployment.launch(service, plan.partitions());
                }
            }
            deployment.replicas.values().forEach(all -> all.forEach(Replica::awaitReady));
            deployment.startProxy();
            return deployment;
        } catch (RuntimeException | Error failure) {
            deployment.stop();
            throw failure;
        }
    }

    /// The deployment of all tests that leave it as they found it: starting JVMs is what takes the time here. Each uses
    /// users and channels of its own. It ends with this JVM.
    static synchronized Deployment shared(int partitions) {
        return SHARED.computeIfAbsent(partitions, count -> start("shared-" + count, count));
    }

    /// A Redis and nothing else, for tests about the start of services.
    static Deployment withoutServices(String name, int partitions, String... redisOptions) {
        Plan plan = Plan.of(name, partitions).redis(redisOptions);
        return withoutServices(plan, standalone(plan));
    }

    private static Backend standalone(Plan plan) {
        return Backend.of(RedisServer.start(plan.redisOptions().toArray(String[]::new)));
    }

    private static Deployment withoutServices(Plan plan, Backend backend) {
        Deployment deployment = new Deployment(plan, backend);
        Runtime.getRuntime().addShutdownHook(new Thread(deployment::stop, "system-tests-" + plan.name()));
        return deployment;
    }

    /// Starts one replica, which the proxy knows if it comes before the proxy, and does not wait.
    Replica launch(Service service, int partitions) {
        return launch(service, partitions, Map.of());
    }

    /// The same with settings of its own, as environment variables.
    Replica launch(Service service, int partitions, Map<String, String> settings) {
        List<Replica> all = all(service);
        Map<String, String> environment = new HashMap<>(identity(tokens));
        environment.put("FRESHET_LOG_PARTITIONS", Integer.toString(partitions));
        backend.settings().forEach((name, value) -> environment.put(environmentName(name), value));
        environment.putAll(plan.settings(service));
        environment.putAll(settings);
        Replica replica = Replica.start(service, all.size(), logs, environment);
        all.add(replica);
        secrets.watch(replica.child());
        return replica;
    }

    /// Settings of a service that is to believe these tokens.
    static Map<String, String> identity(Tokens tokens) {
        return Map.of(
                "MP_JWT_VERIFY_PUBLICKEY_LOCATION",
                tokens.publicKeyFile().toUri().toString(),
                "MP_JWT_VERIFY_ISSUER",
                Tokens.ISSUER,
                "MP_JWT_VERIFY_AUDIENCES",
                Tokens.AUDIENCE);
    }

    /// Puts the proxy before what was launched so far: at least one replica of each service, running or not.
    void startProxy() {
        proxy = plan.buffering() ? Proxy.startBuffering(logs, this::ports) : Proxy.start(logs, this::ports);
        secrets.watch(proxy);
    }

    /// The Redis of all partitions, or of the first one if there are several.
    RedisServer redis() {
        return backend.primary(0);
    }

    Backend backend() {
        return backend;
    }

    Log log() {
        return log;
    }

    Secrets secrets() {
        return secrets;
    }

    List<Replica> all(Service service) {
        return Objects.requireNonNull(replicas.get(service));
    }

    List<Integer> ports(Service service) {
        return all(service).stream().map(Replica::port).toList();
    }

    Replica ticket(int number) {
        return all(Service.TICKET).get(number);
    }

    Replica events(int number) {
        return all(Service.EVENTS).get(number);
    }

    Replica push(int number) {
        return all(Service.PUSH).get(number);
    }

    Proxy proxy() {
        return Objects.requireNonNull(proxy, "there is no proxy without services");
    }

    /// An address at the proxy.
    String url(String path) {
        return proxy().url(path);
    }

    /// Claims to sign with [#as].
    Tokens.Builder user(String id) {
        return tokens.user(id);
    }

    /// Requests with these claims.
    Rest as(Tokens.Builder claims) {
        return new Rest(secrets.remember(claims.sign()));
    }

    /// Requests of a user who may follow these channels and publish nothing.
    Rest follower(String id, String... patterns) {
        return as(user(id).channels(patterns));
    }

    /// Requests of a backend service.
    Rest publisher() {
        return as(user("backend").publish("user:*", "broadcast:*", "room:*", "document:*"));
    }

    /// A fresh ticket from the given address of ticket-service.
    String ticket(Rest user, String url) {
        Rest.Answer answer = user.post(url, "{}");
        assertThat(answer.status()).as(answer::toString).isEqualTo(200);
        return secrets.remember(answer.json().path("ticket").textValue());
    }

    /// A fresh ticket, by the proxy.
    String ticket(Rest user) {
        return ticket(user, url("/api/ws/ticket"));
    }

    /// Stops all; then looks through what they wrote.
    @Override
    public void close() {
        stop();
        assertNoLeaks();
    }

    /// No token and no ticket that a test used stands in any log.
    void assertNoLeaks() {
        assertThat(secrets.leaks()).as("secrets in logs").isEmpty();
    }

    /// As MicroProfile Config reads it from the environment.
    private static String environmentName(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (proxy != null) {
            proxy.close();
        }
        replicas.values().forEach(all -> all.forEach(Replica::close));
        backend.close();
    }
}
