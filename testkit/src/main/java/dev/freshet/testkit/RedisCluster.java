package dev.freshet.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Three primaries with a replica each, which take a second of silence for a node's death.
///
/// The keys `{3}`, `{1}` (with `{2}`) and `{0}` are on the first, second and third primary. Not thread-safe.
public final class RedisCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int PRIMARIES = 3;
    private static final int SLOTS = 16_384;

    private final List<RedisServer> nodes = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<Integer> busPorts = new ArrayList<>();
    private final List<String> options;
    private final String password;

    private RedisCluster(List<String> options) {
        this.options = options;
        int given = options.indexOf("--requirepass");
        this.password = given < 0 ? "" : options.get(given + 1);
    }

    /// Starts them and waits until every node says that the cluster works and each primary has its replica.
    public static RedisCluster start(String... options) {
        RedisCluster cluster = new RedisCluster(List.of(options));
        try {
            cluster.start();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /// What Quarkus needs to find them.
    public Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.redis.client-type", "cluster");
        settings.put("quarkus.redis.hosts", nodes.stream().map(RedisServer::url).collect(Collectors.joining(",")));
        if (!password.isEmpty()) {
            settings.put("quarkus.redis.password", password);
        }
        return settings;
    }

    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /// Runs one command on the node that has the key.
    public String cli(String key, String... command) {
        return primaryOf(key).cli(command);
    }

    /// The primary of a key's slot, as a node sees it that runs and is not paused. Nodes may differ in the middle of a
    /// change; the methods that make one wait for its end.
    public RedisServer primaryOf(String key) {
        // A node may end while it is asked, and then the next one knows.
        return nodes.stream()
                .filter(node -> node.isRunning() && !node.isPaused())
                .map(node -> owner(node, slot(node, key)))
                .filter(port -> port != 0)
                .findFirst()
                .map(this::byPort)
                .orElseThrow(() -> new IllegalStateException("no node knows who has " + key));
    }

    /// The replica of a key's primary.
    public RedisServer replicaOf(String key) {
        String id = primaryOf(key).cli("CLUSTER", "MYID");
        return nodes.stream()
                .filter(node -> node.isRunning() && !node.isPaused())
                .filter(node ->
                        node.cli("CLUSTER", "NODES").lines().anyMatch(line -> line.contains("myself,slave " + id)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no replica has " + key));
    }

    /// Waits until the key has another primary and the cluster works.
    ///
    /// @param old may be gone or paused; it is not asked
    public RedisServer awaitPrimaryOtherThan(RedisServer old, String key) {
        List<RedisServer> others =
                nodes.stream().filter(node -> node != old && node.isRunning()).toList();
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> others.stream()
                        .allMatch(node -> owner(node, slot(node, key)) != old.port()
                                && node.cli("CLUSTER", "INFO").contains("cluster_state:ok")));
        int port = owner(others.getFirst(), slot(others.getFirst(), key));
        return byPort(port);
    }

    /// Makes the replica of a key's primary the primary and waits until it is. Nothing is lost.
    public RedisServer failover(String key) {
        RedisServer old = primaryOf(key);
        RedisServer replica = replicaOf(key);
        String done = replica.cli("CLUSTER", "FAILOVER");
        if (!done.equals("OK")) {
            throw new IllegalStateException(done);
        }
        return awaitPrimaryOtherThan(old, key);
    }

    /// Moves a key's slot with all its keys to another primary, as an operator does, and tells all primaries.
    public void move(String key, RedisServer to) {
        RedisServer from = primaryOf(key);
        String slot = Integer.toString(slot(from, key));
        String source = from.cli("CLUSTER", "MYID");
        String target = to.cli("CLUSTER", "MYID");
        ok(to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", source));
        ok(from.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", target));
        String keys = from.cli("CLUSTER", "GETKEYSINSLOT", slot, "100");
        while (!keys.isEmpty()) {
            List<String> migrate =
                    new ArrayList<>(List.of("MIGRATE", "127.0.0.1", Integer.toString(to.port()), "", "0", "5000"));
            if (!password.isEmpty()) {
                migrate.addAll(List.of("AUTH", password));
            }
            migrate.add("KEYS");
            migrate.addAll(keys.lines().toList());
            ok(from.cli(migrate.toArray(String[]::new)));
            keys = from.cli("CLUSTER", "GETKEYSINSLOT", slot, "100");
        }
        ok(to.cli("CLUSTER", "SETSLOT", slot, "NODE", target));
        ok(from.cli("CLUSTER", "SETSLOT", slot, "NODE", target));
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> nodes.stream()
                        .filter(RedisServer::isRunning)
                        .allMatch(node -> owner(node, Integer.parseInt(slot)) == to.port()));
    }

    /// Brings back who was killed, as a replica if somebody else has its place, and waits until all is well.
    public void restore() {
        nodes.stream().filter(node -> !node.isRunning()).forEach(RedisServer::restart);
        awaitWhole();
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    private void start() {
        for (int i = 0; i < 2 * PRIMARIES; i++) {
            int bus = Ports.free();
            busPorts.add(bus);
            nodes.add(RedisServer.start(options(bus)));
        }
        List<String> ids =
                nodes.stream().map(node -> node.cli("CLUSTER", "MYID")).toList();
        for (int i = 0; i < PRIMARIES; i++) {
            int from = i * SLOTS / PRIMARIES;
            int to = (i + 1) * SLOTS / PRIMARIES - 1;
            ok(nodes.get(i).cli("CLUSTER", "ADDSLOTSRANGE", Integer.toString(from), Integer.toString(to)));
        }
        for (int i = 0; i < nodes.size(); i++) {
            // Each an epoch of its own, or they would have to find out who is right.
            ok(nodes.get(i).cli("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1)));
        }
        for (int i = 1; i < nodes.size(); i++) {
            ok(nodes.getFirst()
                    .cli(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(nodes.get(i).port()),
                            Integer.toString(busPorts.get(i))));
        }
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() ->
                        nodes.stream().allMatch(node -> ids.stream().allMatch(node.cli("CLUSTER", "NODES")::contains)));
        for (int i = 0; i < PRIMARIES; i++) {
            ok(nodes.get(PRIMARIES + i).cli("CLUSTER", "REPLICATE", ids.get(i)));
        }
        awaitWhole();
    }

    private void awaitWhole() {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> nodes.stream().allMatch(RedisCluster::isWhole));
    }

    private String[] options(int busPort) {
        List<String> all = new ArrayList<>(List.of(
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                Integer.toString(busPort),
                "--cluster-node-timeout",
                "1000",
                "--repl-diskless-sync-delay",
                "0",
                "--repl-ping-replica-period",
                "1",
                "--replica-serve-stale-data",
                "no"));
        all.addAll(options);
        if (!password.isEmpty()) {
            all.addAll(List.of("--masterauth", password));
        }
        return all.toArray(String[]::new);
    }

    private static boolean isWhole(RedisServer node) {
        String known = node.cli("CLUSTER", "NODES");
        return node.cli("CLUSTER", "INFO").contains("cluster_state:ok")
                && known.lines().filter(line -> line.contains("slave ")).count() == PRIMARIES
                && known.lines().noneMatch(line -> line.contains("handshake") || line.contains("fail"))
                && !node.cli("INFO", "replication").contains("master_link_status:down");
    }

    private RedisServer byPort(int port) {
        return nodes.stream()
                .filter(node -> node.port() == port)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no node has port " + port));
    }

    private int slot(RedisServer node, String key) {
        return slots.computeIfAbsent(key, unknown -> Integer.parseInt(node.cli("CLUSTER", "KEYSLOT", key)));
    }

    /// The port of the slot's primary, as one node sees it; 0 if it knows none.
    ///
    /// @see <a href="https://redis.io/docs/latest/commands/cluster-nodes/">CLUSTER NODES</a>
    private static int owner(RedisServer node, int slot) {
        return node.cli("CLUSTER", "NODES")
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> Arrays.stream(words).skip(8).anyMatch(range -> holds(range, slot)))
                .map(words -> words[1])
                .map(address -> Integer.parseInt(address.substring(address.indexOf(':') + 1, address.indexOf('@'))))
                .findFirst()
                .orElse(0);
    }

    private static boolean holds(String range, int slot) {
        if (range.startsWith("[")) {
            // A slot on its way.
            return false;
        }
        int dash = range.indexOf('-');
        int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
        int to = Integer.parseInt(range.substring(dash + 1));
        return from <= slot && slot <= to;
    }

    private static void ok(String answer) {
        if (!answer.equals("OK")) {
            throw new IllegalStateException(answer);
        }
    }
}
