package dev.freshet.service.redis;

import static dev.freshet.service.redis.Links.eventually;
import static dev.freshet.service.redis.Links.get;
import static dev.freshet.service.redis.Links.port;
import static dev.freshet.service.redis.Links.role;
import static dev.freshet.service.redis.Links.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
class ClusterLinkTest {

    private static final Script PUSH = Script.of("#!lua\nreturn redis.call('RPUSH', KEYS[1], ARGV[1])");
    private static final List<String> KEYS = List.of("events:{0}", "events:{1}", "events:{2}", "events:{3}");
    private static final Duration AFTER_ELECTION = Duration.ofSeconds(2);

    static RedisCluster redis;

    RedisLink link;

    @BeforeAll
    static void startCluster() {
        redis = RedisCluster.start("--requirepass", "secret");
    }

    @AfterAll
    static void stopCluster() {
        redis.close();
    }

    @BeforeEach
    void start() {
        link = Links.link(redis.settings());
        KEYS.forEach(key -> redis.cli(key, "DEL", key));
    }

    @AfterEach
    void stop() {
        Links.close(link);
        // All six again, for the next test.
        redis.restore();
    }

    @Test
    void commandsAndScriptsGoToThePrimariesOfTheirKeysInTheirOrder() {
        assertThat(KEYS.stream().map(redis::primaryOf).distinct()).hasSize(3);
        assertPipelined(0, 400);
        for (String key : KEYS) {
            assertThat(port(get(link.dedicated(key, ReadFrom.PRIMARY))))
                    .isEqualTo(redis.primaryOf(key).port());
        }
        assertThat(get(link.send(Request.cmd(Command.PING))).toString()).isEqualTo("PONG");
    }

    @Test
    void aReplicaAnswersForItsKeysAndForNoOthers() {
        RedisConnection replica = get(link.dedicated("events:{1}", ReadFrom.REPLICA));
        assertThat(role(replica)).isEqualTo("slave");
        assertThat(port(replica)).isEqualTo(redis.replicaOf("events:{1}").port());
        assertThat(get(replica.send(Request.cmd(Command.XLEN).arg("events:{1}")))
                        .toInteger())
                .isZero();
        assertThatExceptionOfType(RedisUnavailable.class)
                .isThrownBy(() -> get(replica.send(Request.cmd(Command.XLEN).arg("events:{0}"))))
                .withMessageContaining("MOVED");
        RedisServer gone = redis.replicaOf("events:{1}");
        gone.kill();
        assertThat(port(get(link.dedicated("events:{1}", ReadFrom.REPLICA))))
                .isEqualTo(redis.primaryOf("events:{1}").port());
    }

    @Test
    void aMovedSlotIsFoundByTheNextCommandAndWhatIsUnderWayKeepsItsOrder() {
        String key = "events:{3}";
        assertPipelined(0, 4);
        RedisConnection tail = get(link.dedicated(key, ReadFrom.PRIMARY));
        RedisServer to = redis.primaryOf("events:{0}");
        redis.move(key, to);
        List<Future<Response>> answers = new ArrayList<>();
        for (int i = 4; i < 40; i++) {
            answers.add(link.run(PUSH, List.of(key), List.of(i)));
        }
        answers.forEach(answer -> await().until(answer::isComplete));
        List<String> done = new ArrayList<>(List.of("3"));
        IntStream.range(4, 40)
                .filter(i -> answers.get(i - 4).succeeded())
                .mapToObj(Integer::toString)
                .forEach(done::add);
        assertThat(to.cli("LRANGE", key, "0", "-1").lines()).isEqualTo(done);
        assertThat(answers.getLast().succeeded()).isTrue();
        // Its owner connects again.
        assertThatExceptionOfType(RedisUnavailable.class)
                .isThrownBy(() -> get(tail.send(Request.cmd(Command.XLEN).arg(key))))
                .withMessageContaining("MOVED");
        assertThat(port(get(link.dedicated(key, ReadFrom.PRIMARY)))).isEqualTo(to.port());
    }

    @Test
    void aPausedPrimaryThatComesBackIsNotWritten() {
        String key = "{3}";
        RedisServer old = redis.primaryOf(key);
        get(link.send(set(key, "before")));
        old.pause();
        RedisServer elected;
        try {
            elected = redis.awaitPrimaryOtherThan(old, key);
            eventually(AFTER_ELECTION.plus(Links.LIMIT), () -> link.send(set(key, "after")));
        } finally {
            old.resume();
        }
        for (int i = 0; i < 20; i++) {
            String value = Integer.toString(i);
            eventually(AFTER_ELECTION, () -> link.send(set(key, value)));
            assertThat(elected.cli("GET", key)).isEqualTo(value);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> old.cli("ROLE").startsWith("slave"));
    }

    /// Pushes numbers round robin to all keys and finds them there in order.
    private void assertPipelined(int from, int to) {
        List<Future<Response>> answers = IntStream.range(from, to)
                .mapToObj(i -> link.run(PUSH, List.of(KEYS.get(i % KEYS.size())), List.of(i)))
                .toList();
        answers.forEach(Links::get);
        for (int k = 0; k < KEYS.size(); k++) {
            String key = KEYS.get(k);
            int first = k;
            assertThat(redis.cli(key, "LRANGE", key, "0", "-1").lines())
                    .isEqualTo(IntStream.range(from, to)
                            .filter(i -> i % KEYS.size() == first)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }
}
