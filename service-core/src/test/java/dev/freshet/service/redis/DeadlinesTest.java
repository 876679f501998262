package dev.freshet.service.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before the tests
class DeadlinesTest {

    private static final long LIMIT_MS = 300;

    private static Vertx vertx;

    private final List<Call> overdue = new CopyOnWriteArrayList<>();
    private final Deadlines deadlines = new Deadlines(vertx, LIMIT_MS, overdue::add);
    private final Context context = vertx.getOrCreateContext();

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @Test
    void onlyWhoHasNoAnswerFailsAndEachAtItsOwnTime() {
        Promise<Response> first = Promise.promise();
        Promise<Response> answered = Promise.promise();
        Promise<Response> last = Promise.promise();
        long start = System.nanoTime();
        Call firstCall = add(first);
        add(answered);
        answered.complete(null);

        await().until(() -> first.future().failed());
        Call lastCall = add(last);
        long added = System.nanoTime();
        assertThat(first.future().cause()).isInstanceOf(RedisUnavailable.class);
        assertThat(TimeUnit.NANOSECONDS.toMillis(added - start)).isGreaterThanOrEqualTo(LIMIT_MS);

        await().until(() -> last.future().failed());
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - added)).isGreaterThanOrEqualTo(LIMIT_MS - 1);
        assertThat(answered.future().succeeded()).isTrue();
        await().untilAsserted(() -> assertThat(overdue).containsExactly(firstCall, lastCall));
    }

    @Test
    void whoComesWhileOthersWaitIsNotForgotten() {
        Promise<Response> answered = Promise.promise();
        add(answered);
        List<Promise<Response>> silent = new CopyOnWriteArrayList<>();
        vertx.setPeriodic(20, again -> {
            if (silent.size() < 10) {
                Promise<Response> each = Promise.promise();
                silent.add(each);
                add(each);
            } else {
                vertx.cancelTimer(again);
            }
        });
        answered.complete(null);

        await().until(() -> silent.size() == 10
                && silent.stream().allMatch(each -> each.future().failed()));
        await().untilAsserted(() -> assertThat(overdue).hasSize(10));
    }

    private Call add(Promise<Response> answer) {
        Call call = Call.of(Request.cmd(Command.GET).arg("key"), answer);
        context.runOnContext(now -> deadlines.add(call));
        return call;
    }
}
