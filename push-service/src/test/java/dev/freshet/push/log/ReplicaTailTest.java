package dev.freshet.push.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A pod that takes the reading off the primary.
@QuarkusTest
@TestProfile(ReplicaTailTest.FromReplicas.class)
@WithTestResource(FreshetResource.class)
class ReplicaTailTest extends PushTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    public static final class FromReplicas implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("freshet.log.read-from", "replica", "freshet.push.sse.heartbeat-interval", "24H");
        }
    }

    private final String user = unique("ada");
    private final String own = "user:" + user;

    @Test
    void itReadsAReplicaAndGoesOnWithThePrimaryWhenThatIsGone() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        assertThat(stream.next().event()).isEqualTo("init");
        int n = 0;
        try (RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()))) {
            await().atMost(LIMIT).until(() -> replica.cli("INFO", "replication").contains("master_link_status:up"));
            // The tail chooses when it connects.
            redis.cli("CLIENT", "KILL", "TYPE", "normal");
            await().atMost(LIMIT).until(() -> isRead(replica) && !isRead(redis));

            for (; n < 100; n++) {
                xadd(own, "a", Integer.toString(n));
            }
            assertReceived(stream, 0, n);
            await().atMost(LIMIT).until(() -> isRead(replica));

            // Cut off from its primary it says nothing new, for ever.
            replica.cli("REPLICAOF", "NO", "ONE");
            xadd(own, "a", Integer.toString(n++));
            assertReceived(stream, n - 1, n);
        }
        xadd(own, "a", Integer.toString(n++));
        assertReceived(stream, n - 1, n);
        stream.assertExhausted();
    }

    private void assertReceived(SseRecorder stream, int from, int to) {
        for (int i = from; i < to; i++) {
            Frame frame = stream.next();
            assertThat(frame.event() + " " + frame.data()).isEqualTo("a " + i);
        }
    }

    private static boolean isRead(RedisServer server) {
        return server.cli("CLIENT", "LIST").contains("cmd=xread");
    }
}
