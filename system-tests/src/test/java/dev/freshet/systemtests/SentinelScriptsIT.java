package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `k8s/components/redis-sentinel`: what its scripts start, with the users that it has, is found by the services,
/// and survives its primary.
///
/// Addresses take the place of names here, for servers and Sentinels look them up in the DNS.
@Tag("calm")
final class SentinelScriptsIT {

    private static final int SENTINEL_PORT = 26379;
    private static final List<Integer> NODES = List.of(0, 1, 2);

    @TempDir
    private Path folder;

    @BeforeAll
    static void onLinux() {
        assumeThat(System.getProperty("os.name"))
                .as("only Linux has all of 127.0.0.0/8")
                .isEqualTo("Linux");
    }

    @Test
    void aLostPrimaryIsReplacedAndComesBackAsAReplica() throws Exception {
        ScriptedRedis redis = new ScriptedRedis(
                folder,
                "components/redis-sentinel",
                List.of("replication", "sentinel"),
                Map.of("quarkus.redis.client-type", "sentinel", "quarkus.redis.master-name", "freshet"));
        try {
            startServers(redis);
            startSentinels(redis);
        } catch (RuntimeException | Error failure) {
            redis.close();
            throw failure;
        }
        List<String> hosts = NODES.stream()
                .map(i -> sentinel(redis, i) + ":" + SENTINEL_PORT)
                .toList();
        try (Deployment deployment = Deployment.start(redis.plan("sentinel-scripts", 1, hosts), redis)) {
            deployment.secrets().remember(redis.password("push-service"));
            String before = publish(deployment);
            assertThat(deployment.ticket(deployment.follower("ada"))).isNotEmpty();

            redis.running("redis-0").kill();
            Patience.await("another primary").until(() -> !primary(redis).equals(server(redis, 0)));
            Patience.await("writes").until(() -> tryToPublish(deployment).status() == 202);
            String after = publish(deployment);
            Rest ada = deployment.follower("ada", "room:*");
            Patience.await("what was published before and after is read")
                    .untilAsserted(
                            () -> assertThat(ada.get(deployment.url("/api/channels/room:scripts/events?limit=100"))
                                            .body())
                                    .contains(before)
                                    .contains(after));

            startServer(redis, 0);
            Patience.await("the old primary follows the new one")
                    .until(() -> redis.ask(server(redis, 0), ScriptedRedis.PORT, "INFO", "replication")
                            .contains("master_link_status:up"));
            assertThat(Files.readString(folder.resolve("redis-0/data/node.conf")))
                    .contains("replicaof " + primary(redis) + " " + ScriptedRedis.PORT);
            assertThat(publish(deployment)).isNotEmpty();

            for (int i : NODES) {
                redis.assertNothingWasDenied(server(redis, i), ScriptedRedis.PORT);
                redis.assertNothingWasDenied(sentinel(redis, i), SENTINEL_PORT);
            }
        }
    }

    private static void startServers(ScriptedRedis redis) {
        NODES.forEach(i -> startServer(redis, i));
        NODES.forEach(i -> redis.awaitAnswer("redis-" + i, server(redis, i), ScriptedRedis.PORT));
        Patience.await("two replicas")
                .until(() -> redis.ask(server(redis, 0), ScriptedRedis.PORT, "INFO", "replication")
                                .split("state=online", -1)
                                .length
                        == 3);
    }

    private static void startServer(ScriptedRedis redis, int i) {
        redis.start(
                "redis-" + i,
                "start-node.sh",
                "base/redis/users.acl components/redis-sentinel/more-users.acl",
                Map.of("FRESHET_NODE", "redis-" + i, "FRESHET_FIRST", server(redis, 0) + " " + ScriptedRedis.PORT),
                "--bind",
                server(redis, i),
                "--replica-announce-ip",
                server(redis, i),
                // A first copy begins at once, and not when there might be more replicas.
                "--repl-diskless-sync-delay",
                "0");
    }

    private static void startSentinels(ScriptedRedis redis) {
        NODES.forEach(i -> redis.start(
                "sentinel-" + i,
                "start-sentinel.sh",
                "components/redis-sentinel/sentinel-users.acl",
                Map.of(
                        "FRESHET_NODE",
                        sentinel(redis, i),
                        "FRESHET_FIRST",
                        server(redis, 0) + " " + ScriptedRedis.PORT),
                "--bind",
                sentinel(redis, i)));
        for (int i : NODES) {
            redis.awaitAnswer("sentinel-" + i, sentinel(redis, i), SENTINEL_PORT);
            // Sentinel's own periods, so that nobody need wait for them; and a busy machine is no reason for its safety
            // mode.
            redis.ask(
                    sentinel(redis, i),
                    SENTINEL_PORT,
                    "SENTINEL",
                    "DEBUG",
                    "INFO-PERIOD",
                    "500",
                    "PUBLISH-PERIOD",
                    "200",
                    "TILT-TRIGGER",
                    "20000");
        }
        Patience.await("Sentinels that know each other and both replicas")
                .until(() -> NODES.stream()
                        .allMatch(i -> known(redis, i, "REPLICAS") == 2 && known(redis, i, "SENTINELS") == 2));
    }

    private static long known(ScriptedRedis redis, int i, String what) {
        return redis.ask(sentinel(redis, i), SENTINEL_PORT, "SENTINEL", what, "freshet")
                .lines()
                .filter(line -> line.equals("runid"))
                .count();
    }

    /// The address that all Sentinels name, or none.
    private static String primary(ScriptedRedis redis) {
        List<String> named = NODES.stream()
                .map(i ->
                        redis.ask(sentinel(redis, i), SENTINEL_PORT, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "freshet"))
                .map(answer -> answer.lines().findFirst().orElse(""))
                .distinct()
                .toList();
        return named.size() == 1 ? named.getFirst() : server(redis, 0);
    }

    private static String server(ScriptedRedis redis, int i) {
        return redis.address(1 + i);
    }

    private static String sentinel(ScriptedRedis redis, int i) {
        return redis.address(11 + i);
    }

    private static String publish(Deployment deployment) {
        Rest.Answer answer = tryToPublish(deployment);
        assertThat(answer.status()).as(answer::toString).isEqualTo(202);
        return answer.json().path("id").asText();
    }

    private static Rest.Answer tryToPublish(Deployment deployment) {
        return deployment
                .publisher()
                .post(deployment.url("/api/events"), "{\"channel\":\"room:scripts\",\"type\":\"t\",\"payload\":1}");
    }
}
