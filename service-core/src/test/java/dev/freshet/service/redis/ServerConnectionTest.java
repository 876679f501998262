package dev.freshet.service.redis;

import static dev.freshet.service.redis.Links.VERTX;
import static dev.freshet.service.redis.Links.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.freshet.testkit.RedisServer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Entries that are taken from the socket are those that Vert.x's parser finds.
@NullUnmarked // its fields are set before each test
class ServerConnectionTest {

    private static final String LOG = "events:{0}";

    RedisServer redis;
    RedisLink link;

    /// Of the connection's event loop.
    Context context;

    ServerConnection connection;

    @BeforeEach
    void start() {
        redis = RedisServer.start();
        link = Links.link(Map.of("quarkus.redis.hosts", "redis://127.0.0.1:" + redis.port()));
        context = VERTX.getOrCreateContext();
        connection = get(onLoop(() -> link.dedicated(LOG, ReadFrom.PRIMARY)));
    }

    @AfterEach
    void stop() {
        connection.close();
        Links.close(link);
        redis.close();
    }

    @Test
    void bothWaysGiveTheSameEntries() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 700; i++) {
            Request append = Request.cmd(Command.XADD).arg(LOG).arg("*");
            int fields = 1 + random.nextInt(5);
            for (int field = 0; field < fields; field++) {
                byte[] value = new byte[random.nextInt(random.nextInt(50) == 0 ? 200_000 : 300)];
                random.nextBytes(value);
                append.arg(random.nextInt(10) == 0 ? "name" + random.nextInt() : "name" + field)
                        .arg(Buffer.buffer(value));
            }
            get(link.send(append));
        }
        String from = "0-0";
        int read = 0;
        while (read < 700) {
            Request next = read(from, 100, 0);
            Entries taken = new Entries();
            // What follows at once is answered, too, and by its own answer.
            List<Future<?>> answers = new ArrayList<>();
            Future<Integer> count = onLoop(() -> {
                Future<Integer> entries = connection.entries(next, taken);
                answers.add(connection.send(Request.cmd(Command.ECHO).arg("behind")));
                return entries;
            });
            assertThat(get(count)).isEqualTo(100);
            assertThat(get(answers.getFirst()).toString()).isEqualTo("behind");
            Entries parsed = new Entries();
            // Not on the connection's event loop.
            assertThat(get(connection.entries(next, parsed))).isEqualTo(100);
            assertThat(taken.whole).as("seed %d", seed).isEqualTo(parsed.whole).hasSize(100);
            from = taken.whole.getLast().id();
            read += 100;
        }
        assertThat(connection.takesEntries()).isTrue();
    }

    @Test
    void noEntriesAndErrorsAreWhatTheyAre() {
        Entries entries = new Entries();
        assertThat(get(onLoop(() -> connection.entries(read("0-0", 10, 1), entries))))
                .isZero();
        redis.cli("SET", LOG, "text");
        assertThatExceptionOfType(RedisUnavailable.class)
                .isThrownBy(() -> get(onLoop(() -> connection.entries(read("0-0", 10, 1), entries))))
                .withMessageContaining("WRONGTYPE");
        redis.cli("DEL", LOG);
        redis.cli("XADD", LOG, "7-1", "a", "b");
        assertThat(get(onLoop(() -> connection.entries(read("0-0", 10, 1), entries))))
                .isOne();
        assertThat(entries.whole).containsExactly(new Entries.Recorded("7-1", List.of("a", "b")));
        assertThat(connection.takesEntries()).isTrue();
    }

    @Test
    void aConnectionThatBreaksFailsTheRead() {
        Future<Integer> read = onLoop(() -> connection.entries(read("0-0", 10, 10_000), new Entries()));
        await().until(() -> redis.cli("CLIENT", "LIST").contains("cmd=xread"));
        redis.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        assertThatExceptionOfType(RedisUnavailable.class).isThrownBy(() -> get(read));
    }

    private static Request read(String from, int count, int blockMs) {
        Request request = Request.cmd(Command.XREAD).arg("COUNT").arg(count);
        if (blockMs > 0) {
            request.arg("BLOCK").arg(blockMs);
        }
        return request.arg("STREAMS").arg(LOG).arg(from);
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> step) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> step.get().onComplete(promise));
        return promise.future();
    }
}
