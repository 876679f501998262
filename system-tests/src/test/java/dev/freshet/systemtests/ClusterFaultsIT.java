package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Four partitions on three primaries of a Redis Cluster, one of which dies, or gives a slot away.
@Tag("faults")
final class ClusterFaultsIT {

    private static final int CLIENTS = 240;
    private static final int CHANNELS = 16;
    private static final int PARTITIONS = 4;
    private static final int RATE = 150;

    private static RedisCluster redis;
    private static Deployment deployment;

    @BeforeAll
    static void start() {
        redis = RedisCluster.start("--appendonly", "yes", "--appendfsync", "everysec");
        deployment = Deployment.start(
                Plan.of("cluster-faults", PARTITIONS)
                        .replicas(Service.TICKET, 1)
                        .replicas(Service.EVENTS, 1)
                        .behindBuffers()
                        .with(Service.EVENTS, "FRESHET_PUBLISH_WAIT_REPLICAS", "1")
                        .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS"),
                Backend.of(redis));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void nothingThatAReplicaHadIsLostWhenOnePrimaryIsKilled() {
        try (Scenario scenario = Scenario.withRoom("cluster-kill", deployment, CHANNELS, 1)) {
            scenario.connect(CLIENTS);
            scenario.allow(Gaps.forPhantoms("reset"));
            scenario.load().begin(RATE);
            scenario.flow(600);

            scenario.fault();
            String key = Keys.events(1);
            RedisServer old = redis.primaryOf(key);
            old.kill();
            redis.awaitPrimaryOtherThan(old, key);
            scenario.flow(600);
            old.restart();
            scenario.flow(300);

            scenario.load().finish();
            scenario.excuseWhatIsGone();
            scenario.settle(transcript -> true);
        }
    }

    @Test
    void aSlotThatMovesTakesNothingAway() {
        try (Scenario scenario = Scenario.withRoom("cluster-move", deployment, CHANNELS, 1)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(600);

            String key = Keys.events(3);
            RedisServer from = redis.primaryOf(key);
            RedisServer to = redis.primaryOf(Keys.events(0));
            assertThat(to.port()).as("another primary").isNotEqualTo(from.port());
            scenario.fault();
            redis.move(key, to);
            scenario.flow(600);

            scenario.finish();
        }
    }
}
