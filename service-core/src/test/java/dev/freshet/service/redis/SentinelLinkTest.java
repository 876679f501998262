package dev.freshet.service.redis;

import static dev.freshet.service.redis.Links.eventually;
import static dev.freshet.service.redis.Links.get;
import static dev.freshet.service.redis.Links.port;
import static dev.freshet.service.redis.Links.read;
import static dev.freshet.service.redis.Links.role;
import static dev.freshet.service.redis.Links.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.RedisSentinel;
import dev.freshet.testkit.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
class SentinelLinkTest {

    /// From the moment in which the Sentinels have elected.
    private static final Duration AFTER_ELECTION = Duration.ofSeconds(2);

    RedisSentinel redis;
    RedisLink link;

    @BeforeEach
    void start() {
        redis = RedisSentinel.start("--requirepass", "secret");
        link = Links.link(redis.settings());
    }

    @AfterEach
    void stop() {
        Links.close(link);
        redis.close();
    }

    @Test
    void writesAndReadsGoOnAfterThePrimaryWasKilled() {
        RedisServer old = redis.primary();
        get(link.send(set("a", "1")));
        assertThat(port(get(link.dedicated("a", ReadFrom.PRIMARY)))).isEqualTo(old.port());
        old.kill();
        RedisServer elected = redis.awaitPrimaryOtherThan(old);
        eventually(AFTER_ELECTION, () -> link.send(set("a", "2")));
        assertThat(elected.cli("GET", "a")).isEqualTo("2");
        assertThat(port(get(link.dedicated("a", ReadFrom.PRIMARY)))).isEqualTo(elected.port());

        // The last replica is read as long as it is in sync.
        redis.awaitReplicas(1);
        assertThat(role(get(link.dedicated("a", ReadFrom.REPLICA)))).isEqualTo("slave");
        redis.replicas().forEach(RedisServer::kill);
        assertThat(port(get(link.dedicated("a", ReadFrom.REPLICA)))).isEqualTo(elected.port());
    }

    @Test
    void aPausedPrimaryThatComesBackIsNeitherWrittenNorRead() throws Exception {
        RedisServer old = redis.primary();
        get(link.send(set("a", "1")));
        old.pause();
        // Nothing is sent meanwhile: the link has no error and no silence to learn from.
        RedisServer elected = redis.awaitPrimaryOtherThan(old);
        // That it is left in time is the promise, and nobody but the clock knows when that is.
        TimeUnit.MILLISECONDS.sleep(AFTER_ELECTION.toMillis());
        old.resume();
        for (int i = 0; i < 20; i++) {
            String value = Integer.toString(i);
            eventually(AFTER_ELECTION, () -> link.send(set("a", value)));
            assertThat(elected.cli("GET", "a")).isEqualTo(value);
            assertThat(port(get(link.dedicated("a", ReadFrom.PRIMARY)))).isEqualTo(elected.port());
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> old.cli("ROLE").startsWith("slave"));
        assertThat(get(link.send(read("a"))).toString()).isEqualTo("19");
    }
}
