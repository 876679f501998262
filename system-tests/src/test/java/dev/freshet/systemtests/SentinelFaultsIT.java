package dev.freshet.systemtests;

import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.testkit.RedisSentinel;
import dev.freshet.testkit.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The primary goes, or stands still, and Sentinels put another one in its place. What was acknowledged after a
/// replica had it survives; an event that somebody saw and the new primary does not have is a `gap` for whoever
/// saw it.
@Tag("faults")
final class SentinelFaultsIT {

    private static final int CLIENTS = 240;
    private static final int CHANNELS = 12;
    private static final int RATE = 150;

    private static RedisSentinel redis;
    private static Deployment deployment;

    @BeforeAll
    static void start() {
        redis = RedisSentinel.start("--appendonly", "yes", "--appendfsync", "everysec");
        deployment = Deployment.start(
                Plan.of("sentinel-faults", 2)
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
    void nothingThatAReplicaHadIsLostWhenThePrimaryIsKilled() {
        failover("sentinel-kill", RedisServer::kill, RedisServer::restart);
    }

    @Test
    void nothingThatAReplicaHadIsLostWhenThePrimaryStandsStill() {
        failover("sentinel-stop", RedisServer::pause, RedisServer::resume);
    }

    private static void failover(
            String name,
            java.util.function.Consumer<RedisServer> fault,
            java.util.function.Consumer<RedisServer> repair) {
        redis.awaitReplicas(2);
        try (Scenario scenario = Scenario.withRoom(name, deployment, CHANNELS, 1)) {
            scenario.connect(CLIENTS);
            // A pod may have delivered what only the old primary had.
            scenario.allow(Gaps.forPhantoms("reset"));
            scenario.load().begin(RATE);
            scenario.flow(600);

            scenario.fault();
            RedisServer old = redis.primary();
            fault.accept(old);
            redis.awaitPrimaryOtherThan(old);
            scenario.flow(600);
            repair.accept(old);
            scenario.flow(300);

            scenario.load().finish();
            scenario.excuseWhatIsGone();
            scenario.settle(transcript -> true);
        } finally {
            if (!redis.replicas().isEmpty()) {
                redis.awaitReplicas(1);
            }
        }
    }
}
