package dev.freshet.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A primary with two replicas, watched by three Sentinels that take three seconds of silence for its death: with less,
/// a busy machine is taken for a dead one.
///
/// Not thread-safe.
public final class RedisSentinel implements AutoCloseable {

    /// What the Sentinels call the primary.
    public static final String NAME = "freshet";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();
    private final List<String> options;
    private final String password;

    private RedisSentinel(List<String> options) {
        this.options = options;
        int given = options.indexOf("--requirepass");
        this.password = given < 0 ? "" : options.get(given + 1);
    }

    /// Starts them all and waits until they know each other and the replicas are in sync.
    ///
    /// @param options for the servers; a password (`--requirepass`) holds for the Sentinels, too
    public static RedisSentinel start(String... options) {
        RedisSentinel sentinel = new RedisSentinel(List.of(options));
        try {
            sentinel.start();
            return sentinel;
        } catch (RuntimeException | Error e) {
            sentinel.close();
            throw e;
        }
    }

    /// What Quarkus needs to find them.
    public Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.redis.client-type", "sentinel");
        settings.put("quarkus.redis.master-name", NAME);
        settings.put(
                "quarkus.redis.hosts", sentinels.stream().map(RedisServer::url).collect(Collectors.joining(",")));
        if (!password.isEmpty()) {
            settings.put("quarkus.redis.password", password);
        }
        return settings;
    }

    /// The one that most of the Sentinels name. Waits until they agree, which they do not for a moment in a
    /// failover.
    public RedisServer primary() {
        return await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(this::named, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<RedisServer> named() {
        return servers.stream()
                .filter(server -> sentinels.stream()
                                .filter(RedisServer::isRunning)
                                .filter(sentinel -> named(sentinel) == server.port())
                                .count()
                        > sentinels.size() / 2)
                .findFirst();
    }

    /// All servers that run but for the primary, in sync or not.
    public List<RedisServer> replicas() {
        RedisServer primary = primary();
        return servers.stream()
                .filter(server -> server != primary && server.isRunning())
                .toList();
    }

    public List<RedisServer> sentinels() {
        return List.copyOf(sentinels);
    }

    /// Waits until all Sentinels name another one and it takes writes.
    public RedisServer awaitPrimaryOtherThan(RedisServer old) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> sentinels.stream().allMatch(sentinel -> {
                    int port = named(sentinel);
                    return port != old.port() && port > 0;
                }));
        RedisServer elected = primary();
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> elected.cli("ROLE").startsWith("master"));
        return elected;
    }

    /// Waits until so many replicas get everything that the primary is told.
    public void awaitReplicas(int count) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> primary()
                                .cli("INFO", "replication")
                                .lines()
                                .filter(line -> line.contains("state=online"))
                                .count()
                        >= count);
    }

    /// Makes a replica the primary and waits until it is. Nothing is lost, for the old one is alive.
    public RedisServer failover() {
        RedisServer old = primary();
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() ->
                        sentinels.getFirst().cli("SENTINEL", "FAILOVER", NAME).equals("OK"));
        return awaitPrimaryOtherThan(old);
    }

    @Override
    public void close() {
        Stream.concat(sentinels.stream(), servers.stream()).forEach(RedisServer::close);
    }

    private void start() {
        servers.add(server());
        String port = Integer.toString(servers.getFirst().port());
        servers.add(server("--replicaof", "127.0.0.1", port));
        servers.add(server("--replicaof", "127.0.0.1", port));
        for (int i = 0; i < 3; i++) {
            RedisServer sentinel =
                    password.isEmpty() ? RedisServer.sentinel() : RedisServer.sentinel("--requirepass", password);
            sentinels.add(sentinel);
        }
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> servers.getFirst()
                                .cli("INFO", "replication")
                                .lines()
                                .filter(line -> line.contains("state=online"))
                                .count()
                        == 2);
        for (RedisServer sentinel : sentinels) {
            // Sentinel's own periods, so that tests need not wait for them; and a busy machine is no reason for its
            // safety mode.
            sentinel.cli("SENTINEL", "DEBUG", "INFO-PERIOD", "500", "PUBLISH-PERIOD", "200", "TILT-TRIGGER", "20000");
            sentinel.cli("SENTINEL", "MONITOR", NAME, "127.0.0.1", port, "2");
            if (!password.isEmpty()) {
                sentinel.cli("SENTINEL", "SET", NAME, "auth-pass", password);
            }
            sentinel.cli("SENTINEL", "SET", NAME, "down-after-milliseconds", "3000");
            sentinel.cli("SENTINEL", "SET", NAME, "failover-timeout", "3000");
            sentinel.cli("SENTINEL", "SET", NAME, "parallel-syncs", "2");
        }
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> sentinels.stream()
                        .allMatch(sentinel -> count(sentinel, "REPLICAS") == 2 && count(sentinel, "SENTINELS") == 2));
    }

    private RedisServer server(String... more) {
        List<String> all = new ArrayList<>(List.of(
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
        all.addAll(List.of(more));
        return RedisServer.start(all.toArray(String[]::new));
    }

    private static long count(RedisServer sentinel, String what) {
        return sentinel.cli("SENTINEL", what, NAME)
                .lines()
                .filter(line -> line.equals("runid"))
                .count();
    }

    private static int named(RedisServer sentinel) {
        String[] address =
                sentinel.cli("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).split("\n");
        return address.length == 2 ? Integer.parseInt(address[1].strip()) : 0;
    }
}
