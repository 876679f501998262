package dev.freshet.service.redis;

import static dev.freshet.service.redis.Links.eventually;
import static dev.freshet.service.redis.Links.get;
import static dev.freshet.service.redis.Links.port;
import static dev.freshet.service.redis.Links.read;
import static dev.freshet.service.redis.Links.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
class StandaloneLinkTest {

    private static final Script PUSH = Script.of("#!lua\nreturn redis.call('RPUSH', KEYS[1], ARGV[1])");

    RedisServer redis;
    RedisLink link;

    @BeforeEach
    void start() {
        redis = RedisServer.start("--requirepass", "secret", "--repl-diskless-sync-delay", "0");
        link = Links.link(
                Map.of("quarkus.redis.hosts", "redis://:secret@127.0.0.1:" + redis.port() + "?client=freshet"));
    }

    @AfterEach
    void stop() {
        Links.close(link);
        redis.close();
    }

    @Test
    void commandsAndScriptsLeaveInTheirOrderAlsoBeforeRedisKnowsAScript() {
        for (int round = 0; round < 3; round++) {
            redis.cli("DEL", "list");
            redis.cli("CLIENT", "KILL", "TYPE", "normal");
            List<Future<Response>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                answers.add(
                        i % 3 == 0
                                ? link.send(
                                        Request.cmd(Command.RPUSH).arg("list").arg(i))
                                : link.run(PUSH, List.of("list"), List.of(i)));
            }
            List<String> done = new ArrayList<>();
            for (int i = 0; i < answers.size(); i++) {
                try {
                    get(answers.get(i));
                    done.add(Integer.toString(i));
                } catch (RedisUnavailable closedAtTheBeginning) {
                    assertThat(done).isEmpty();
                }
            }
            assertThat(redis.cli("LRANGE", "list", "0", "-1").lines()).isEqualTo(done);
        }
        // By now it does.
        long before = callsByName();
        get(link.run(PUSH, List.of("list"), List.of("last")));
        assertThat(callsByName()).isEqualTo(before + 1);
    }

    private long callsByName() {
        Matcher calls = Pattern.compile("cmdstat_evalsha:calls=(\\d+),").matcher(redis.cli("INFO", "commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    @Test
    void aScriptThatRedisForgotIsRunAgainInItsOrder() {
        for (int i = 0; i < 3; i++) {
            get(link.run(PUSH, List.of("list"), List.of(i)));
            redis.cli("SCRIPT", "FLUSH");
        }
        assertThat(redis.cli("LRANGE", "list", "0", "-1").lines()).containsExactly("0", "1", "2");
        // Several at once: those in front of another one must not come behind it, so they fail.
        List<Future<Response>> answers = IntStream.range(3, 9)
                .mapToObj(i -> link.run(PUSH, List.of("list"), List.of(i)))
                .toList();
        answers.forEach(answer -> await().until(answer::isComplete));
        assertThat(redis.cli("LRANGE", "list", "3", "-1").lines())
                .isEqualTo(IntStream.range(3, 9)
                        .filter(i -> answers.get(i - 3).succeeded())
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(answers.getLast().succeeded()).isTrue();
    }

    @Test
    void aSilentRedisFailsWithinTheLimitAndItsConnectionIsNotUsedAgain() {
        get(link.send(set("a", "1")));
        String before = clients();
        redis.pause();
        long start = System.nanoTime();
        assertThatExceptionOfType(RedisUnavailable.class).isThrownBy(() -> get(link.send(read("a"))));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Links.LIMIT.plusSeconds(1));
        redis.resume();
        assertThat(eventually(Duration.ofSeconds(3), () -> link.send(read("a"))).toString())
                .isEqualTo("1");
        assertThat(clients()).isNotEqualTo(before);
    }

    @Test
    void aDedicatedConnectionIsClosedWithWhatItWaitsFor() {
        RedisConnection tail = get(link.dedicated("events:{0}", ReadFrom.PRIMARY));
        assertThat(port(tail)).isEqualTo(redis.port());
        Future<Response> blocked =
                tail.send(Request.cmd(Command.BLPOP).arg("nothing").arg(0));
        await().until(() -> redis.cli("INFO", "clients").contains("blocked_clients:1"));
        tail.close();
        await().until(() -> redis.cli("INFO", "clients").contains("blocked_clients:0"));
        await().until(blocked::failed);
    }

    @Test
    void aReplicaIsReadIfOneIsInSyncAndThePrimaryElse() {
        assertThat(port(get(link.dedicated("k", ReadFrom.REPLICA)))).isEqualTo(redis.port());
        try (RedisServer replica = RedisServer.start(
                "--requirepass",
                "secret",
                "--masterauth",
                "secret",
                "--replicaof",
                "127.0.0.1",
                Integer.toString(redis.port()))) {
            await().until(() -> redis.cli("INFO", "replication").contains("state=online"));
            assertThat(port(get(link.dedicated("k", ReadFrom.REPLICA)))).isEqualTo(replica.port());
            assertThat(port(get(link.dedicated("k", ReadFrom.PRIMARY)))).isEqualTo(redis.port());
            // It hangs, and the primary does not know it yet.
            replica.pause();
            assertThat(redis.cli("INFO", "replication")).contains("state=online");
            assertThat(port(get(link.dedicated("k", ReadFrom.REPLICA)))).isEqualTo(redis.port());
        }
    }

    @Test
    void aServerThatIsNoPrimaryIsNotTaken() {
        try (RedisServer other = RedisServer.start()) {
            redis.cli("CONFIG", "SET", "masterauth", "secret");
            get(link.send(set("a", "1")));
            redis.cli("REPLICAOF", "127.0.0.1", Integer.toString(other.port()));
            assertThatExceptionOfType(RedisUnavailable.class).isThrownBy(() -> get(link.send(set("a", "2"))));
            assertThatExceptionOfType(RedisUnavailable.class)
                    .isThrownBy(() -> get(link.dedicated("a", ReadFrom.PRIMARY)))
                    .withMessageContaining("not a primary");
            redis.cli("REPLICAOF", "NO", "ONE");
            eventually(Duration.ofSeconds(2), () -> link.send(set("a", "2")));
        }
    }

    private String clients() {
        return redis.cli("CLIENT", "LIST")
                .lines()
                .filter(line -> line.contains("name=freshet"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList()
                .toString();
    }
}
