package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.contract.log.Keys;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class RateLimitTest {

    private static final int BURST = 10;
    private static final double PER_SECOND = 2;

    RedisServer redis;
    Tokens tokens;

    /// Stops one account from filling Redis with tickets.
    @Test
    void afterTheBurstAUserIsToldHowLongToWaitAndTheWaitSuffices() throws Exception {
        String user = newUser();
        String token = tokens.user(user).sign();
        exhaust(token);
        int seconds = Integer.parseInt(problem(with(token).post(PATH).then(), 429, "rate-limited")
                .extract()
                .header("Retry-After"));
        assertThat(seconds).isEqualTo(1);
        TimeUnit.SECONDS.sleep(seconds);
        assertThat(with(token).post(PATH).statusCode()).isEqualTo(200);
    }

    @Test
    void theBucketIsGoneFromRedisWhenItIsFull() {
        String user = newUser();
        String key = Keys.rateLimit("ticket", user);
        assertThat(with(tokens.user(user).sign()).post(PATH).statusCode()).isEqualTo(200);
        assertThat(Long.parseLong(redis.cli("PTTL", key))).isBetween(1L, 500L);
        await().atMost(Duration.ofSeconds(2))
                .until(() -> redis.cli("EXISTS", key).equals("0"));
    }

    /// Stops a bucket from locking its user out longer than the rate says.
    @Test
    void anEmptyBucketNeverLivesLongerThanItTakesToFill() {
        String user = newUser();
        exhaust(tokens.user(user).sign());
        assertThat(Long.parseLong(redis.cli("PTTL", Keys.rateLimit("ticket", user))))
                .isBetween(3000L, 5000L);
    }

    /// Stops one user's flood from taking others' tickets away.
    @Test
    void oneUsersFloodIsNothingToAnother() {
        exhaust(tokens.user(newUser()).sign());
        assertThat(with(tokens.user(newUser()).sign()).post(PATH).statusCode()).isEqualTo(200);
    }

    @Test
    void refusedRequestsTakeNothingOutOfTheBucket() {
        String user = newUser();
        for (int i = 0; i < 2 * BURST; i++) {
            problem(Api.narrowed(tokens.user(user).sign(), "{\"channels\":[\"room:x\"]}"), 403, "forbidden-channel");
        }
        assertThat(redis.cli("EXISTS", Keys.rateLimit("ticket", user))).isEqualTo("0");
    }

    /// Stops a flood over many connections from getting more than one over one.
    @Test
    void twoFloodsAtOnceGetNoMoreThanOneWould() throws Exception {
        String token = tokens.user(newUser()).sign();
        with(tokens.user(newUser()).sign()).post(PATH);
        Callable<List<Integer>> flood = () -> {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Response response = with(token).post(PATH);
                statuses.add(response.statusCode());
            }
            return statuses;
        };
        long start = System.nanoTime();
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (Future<List<Integer>> one : threads.invokeAll(List.of(flood, flood))) {
                statuses.addAll(one.get());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(statuses).hasSize(60).containsOnly(200, 429);
        assertThat(statuses.stream().filter(status -> status == 200).count())
                .isBetween((long) BURST, (long) Math.floor(BURST + PER_SECOND * seconds + 0.01));
    }

    /// Stops a failover to a server whose clock is behind from locking users out.
    @Test
    void aClockThatWentBackLocksNobodyOutForLong() {
        String user = newUser();
        redis.cli("HSET", Keys.rateLimit("ticket", user), "full-at", "9000000000000000");
        problem(with(tokens.user(user).sign()).post(PATH).then(), 429, "rate-limited")
                .header("Retry-After", "1");
    }

    private static void exhaust(String token) {
        for (int i = 0; i < 4 * BURST; i++) {
            if (with(token).post(PATH).statusCode() == 429) {
                assertThat(i).isGreaterThanOrEqualTo(BURST);
                return;
            }
        }
        throw new AssertionError("the burst never ended");
    }
}
