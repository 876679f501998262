package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.freshet.testkit.Child;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `k8s/components/redis-cluster`: its scripts make a cluster of six nodes that the services find by its nodes'
/// names, as their own users; and after all nodes were gone it is there again, at other addresses.
@Tag("calm")
final class ClusterScriptsIT {

    private static final List<Integer> NODES = List.of(0, 1, 2, 3, 4, 5);
    private static final int PARTITIONS = 4;

    @TempDir
    private Path folder;

    /// Of the first pods; those that take their place have others.
    private int firstAddress = 1;

    @BeforeAll
    static void onLinux() {
        assumeThat(System.getProperty("os.name"))
                .as("only Linux has all of 127.0.0.0/8")
                .isEqualTo("Linux");
    }

    @Test
    void theScriptsMakeAClusterThatComesBackAtOtherAddresses() throws Exception {
        ScriptedRedis redis = new ScriptedRedis(
                folder,
                "components/redis-cluster",
                List.of("replication"),
                Map.of("quarkus.redis.client-type", "cluster"));
        try {
            startAll(redis);
            String[] nodes =
                    NODES.stream().map(i -> host(i) + ":" + ScriptedRedis.PORT).toArray(String[]::new);
            redis.run("create", "create.sh", nodes);
            awaitWhole(redis);
            assertThat(redis.run("create-again", "create.sh", nodes)).containsExactly("the cluster is there");
        } catch (RuntimeException | Error failure) {
            redis.close();
            throw failure;
        }
        List<String> hosts = IntStream.range(0, 3)
                .mapToObj(i -> host(i) + ":" + ScriptedRedis.PORT)
                .toList();
        Plan plan = redis.plan("cluster-scripts", PARTITIONS, hosts)
                // The names are in a file, and soon in another.
                .with("QUARKUS_VERTX_USE_ASYNC_DNS", "true")
                .with("QUARKUS_VERTX_RESOLVER_HOSTS_PATH", redis.hosts().toString())
                .with("QUARKUS_VERTX_RESOLVER_HOST_REFRESH_PERIOD", "100");
        try (Deployment deployment = Deployment.start(plan, redis)) {
            deployment.secrets().remember(redis.password("push-service"));
            List<String> before = publishToEachPartition(deployment);
            assertThat(deployment.ticket(deployment.follower("ada"))).isNotEmpty();
            assertAllThere(deployment, before);

            NODES.forEach(i -> redis.running(pod(i)).kill());
            firstAddress = 101;
            startAll(redis);
            awaitWhole(redis);

            Patience.await("writes everywhere")
                    .until(() -> IntStream.range(0, 2 * PARTITIONS)
                            .allMatch(i ->
                                    tryToPublish(deployment, "room:after-" + i).status() == 202));
            assertAllThere(deployment, before);
            assertThat(deployment.ticket(deployment.follower("bob"))).isNotEmpty();
            for (int i : NODES) {
                redis.assertNothingWasDenied(address(redis, i), ScriptedRedis.PORT);
            }
        }
    }

    private void startAll(ScriptedRedis redis) {
        for (int i : NODES) {
            redis.name(host(i), address(redis, i));
        }
        for (int i : NODES) {
            Child child = redis.start(
                    pod(i),
                    "start-node.sh",
                    "base/redis/users.acl components/redis-cluster/more-users.acl",
                    Map.of("FRESHET_NODE", pod(i), "POD_IP", address(redis, i)),
                    "--bind",
                    address(redis, i),
                    // A first copy begins at once, and not when there might be more replicas.
                    "--repl-diskless-sync-delay",
                    "0");
            assertThat(child.isAlive()).isTrue();
        }
        NODES.forEach(i -> redis.awaitAnswer(pod(i), address(redis, i), ScriptedRedis.PORT));
    }

    private void awaitWhole(ScriptedRedis redis) {
        Patience.await("a whole cluster").until(() -> NODES.stream().allMatch(i -> isWhole(redis, i)));
    }

    /// Whether this node knows three primaries with a replica each, where they are now.
    private boolean isWhole(ScriptedRedis redis, int node) {
        String known = redis.ask(address(redis, node), ScriptedRedis.PORT, "CLUSTER", "NODES");
        return redis.ask(address(redis, node), ScriptedRedis.PORT, "CLUSTER", "INFO")
                        .contains("cluster_state:ok")
                && known.lines().filter(line -> line.contains("slave ")).count() == 3
                && known.lines().noneMatch(line -> line.contains("handshake") || line.contains("fail"))
                && NODES.stream().allMatch(i -> known.contains(address(redis, i) + ":" + ScriptedRedis.PORT))
                && NODES.stream().allMatch(i -> known.contains("," + host(i)))
                && !redis.ask(address(redis, node), ScriptedRedis.PORT, "INFO", "replication")
                        .contains("master_link_status:down");
    }

    private static List<String> publishToEachPartition(Deployment deployment) {
        return IntStream.range(0, 2 * PARTITIONS)
                .mapToObj(i -> {
                    Rest.Answer answer = tryToPublish(deployment, "room:before-" + i);
                    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
                    return answer.json().path("id").asText();
                })
                .toList();
    }

    private static void assertAllThere(Deployment deployment, List<String> ids) {
        Rest reader = deployment.follower("ada", "room:*");
        for (int i = 0; i < ids.size(); i++) {
            String url = deployment.url("/api/channels/room:before-" + i + "/events");
            String id = ids.get(i);
            Patience.await("an answer").until(() -> reader.get(url).status() == 200);
            assertThat(reader.get(url).body()).contains(id);
        }
    }

    private static Rest.Answer tryToPublish(Deployment deployment, String channel) {
        return deployment
                .publisher()
                .post(deployment.url("/api/events"), "{\"channel\":\"" + channel + "\",\"type\":\"t\",\"payload\":1}");
    }

    private String address(ScriptedRedis redis, int node) {
        return redis.address(firstAddress + node);
    }

    private static String pod(int node) {
        return "redis-" + node;
    }

    private static String host(int node) {
        return pod(node) + ".redis-nodes";
    }
}
