package dev.freshet.service.limit;

import static dev.freshet.service.redis.Links.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.Links;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.testkit.RedisServer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Two replicas, each with a connection of its own, and one Redis.
@SuppressWarnings("NullAway.Init") // filled before all tests
class SharedBucketTest {

    private static final Rate RATE = new Rate(100, 50);

    private static RedisServer redis;
    private static List<RedisLink> links;

    private final String user = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        links = List.of(link(), link());
    }

    @AfterAll
    static void stop() {
        links.forEach(Links::close);
        redis.close();
    }

    @Test
    void twoReplicasGiveOutNoMoreThanOneWould() {
        List<SharedBucket> replicas =
                links.stream().map(link -> new SharedBucket(link, "test", RATE)).toList();

        long began = System.nanoTime();
        long taken = taken(IntStream.range(0, 400)
                .mapToObj(i -> replicas.get(i % 2).take(user))
                .toList());

        assertThat(taken).isBetween(100L, 100 + grownSince(began));
    }

    @Test
    void aClockThatWasSetBackLetsNobodyWait() {
        SharedBucket bucket = new SharedBucket(links.getFirst(), "test", RATE, Duration.ofMinutes(1));
        // As if the last one had been taken in an hour.
        String key = Keys.rateLimit("test", user);
        long later = (System.currentTimeMillis() + Duration.ofHours(1).toMillis()) * 1000;
        redis.cli("HSET", key, "full-at", Long.toString(later + 20_000), "at", Long.toString(later));

        assertThat(taken(List.of(bucket.take(user)))).isEqualTo(1);
    }

    @Test
    void twoReplicasThatTakeInAdvanceGiveOutNoMoreAndAskRedisSeldom() {
        List<LeasedBucket> replicas = links.stream()
                .map(link -> new LeasedBucket(new SharedBucket(link, "test", RATE, Duration.ofMinutes(1)), RATE, 10))
                .toList();
        long scriptsBefore = scripts();

        long began = System.nanoTime();
        long taken = taken(IntStream.range(0, 400)
                .mapToObj(i -> replicas.get(i % 2).take(user, 1))
                .toList());

        // Each lease is five: the last one of each replica may be over.
        assertThat(taken).isBetween(90L, 100 + 10 + grownSince(began));
        assertThat(scripts() - scriptsBefore).isLessThan(taken);
    }

    /// A lease for each of its requests would be ten times what it takes.
    @Test
    void whoComesSeldomAndToAnotherReplicaEachTimeIsCountedAsHeIs() throws InterruptedException {
        Rate rate = new Rate(100, 100);
        List<LeasedBucket> replicas = IntStream.range(0, 4)
                .mapToObj(i -> new LeasedBucket(
                        new SharedBucket(links.get(i % 2), "test", rate, Duration.ofMinutes(1)), rate, 10))
                .toList();

        for (int i = 0; i < 100; i++) {
            assertThat(get(replicas.get(i % 4).take(user, 1)))
                    .as("request %d", i)
                    .isZero();
            Thread.sleep(30);
        }
    }

    /// A token is left beside the batch when its second is over.
    @Test
    void aBatchDoesNotMakeTheNextLeaseLarge() throws InterruptedException {
        Rate rate = new Rate(700, 20);
        List<LeasedBucket> replicas = links.stream()
                .map(link -> new LeasedBucket(new SharedBucket(link, "test", rate, Duration.ofMinutes(1)), rate, 10))
                .toList();
        for (int tokens : List.of(1, 1, 600)) {
            assertThat(get(replicas.getFirst().take(user, tokens))).isZero();
        }
        Thread.sleep(1_100);

        assertThat(get(replicas.getFirst().take(user, 1))).isZero();
        assertThat(get(replicas.getLast().take(user, 1)))
                .as("what is left for others")
                .isZero();
    }

    @Test
    void aLeaseGrowsWithWhatIsTaken() {
        LeasedBucket bucket = new LeasedBucket(
                new SharedBucket(links.getFirst(), "test", new Rate(5_000, 1_000)), new Rate(5_000, 1_000), 10);
        long scriptsBefore = scripts();

        for (int i = 0; i < 1_000; i++) {
            assertThat(get(bucket.take(user, 1))).isZero();
        }

        // 1, 2, 4, … 64, and then a hundred each.
        assertThat(scripts() - scriptsBefore).isBetween(10L, 20L);
    }

    @Test
    void whatIsOverTheBurstPassesOnceAndTheNextWaitsForIt() {
        SharedBucket bucket = new SharedBucket(links.getFirst(), "test", RATE, Duration.ofSeconds(2));

        assertThat(get(bucket.take(user, 150))).isZero();
        // Fifty are owed, a second's worth.
        assertThat(get(bucket.take(user)).toMillis()).isBetween(500L, 1_020L);
        assertThat(get(bucket.take(UUID.randomUUID().toString()))).isZero();
        String debtor = UUID.randomUUID().toString();
        assertThat(get(bucket.take(debtor, 1_000_000))).isZero();
        assertThat(get(bucket.take(debtor)).toMillis()).isBetween(1_500L, 2_020L);
    }

    @Test
    void whoWaitsAsLongAsToldIsNotRefusedAgain() throws InterruptedException {
        SharedBucket bucket = new SharedBucket(links.getFirst(), "test", new Rate(10, 4));
        Duration wait = get(bucket.take(user));
        while (wait.isZero()) {
            wait = get(bucket.take(user));
        }

        Thread.sleep(wait);

        assertThat(get(bucket.take(user))).isZero();
        assertThat(redis.cli("PTTL", Keys.rateLimit("test", user))).doesNotStartWith("-");
    }

    @Test
    void aBurstOfZeroIsNoLimitAndNoKey() {
        SharedBucket bucket = new SharedBucket(links.getFirst(), "test", new Rate(0, 1));

        assertThat(get(bucket.take(user, 1_000_000))).isZero();
        assertThat(redis.cli("EXISTS", Keys.rateLimit("test", user))).isEqualTo("0");
    }

    private static RedisLink link() {
        return Links.link(Map.of("quarkus.redis.hosts", redis.url()));
    }

    private static long taken(List<Future<Duration>> takes) {
        return takes.stream().filter(take -> get(take).isZero()).count();
    }

    /// Tokens that came meanwhile, and one for a moment between two clocks.
    private static long grownSince(long nanoTime) {
        return 1 + (long) ((System.nanoTime() - nanoTime) / 1e9 * RATE.perSecond());
    }

    private static long scripts() {
        return redis.cli("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToLong(line -> Long.parseLong(
                        line.replaceAll(".*:calls=([0-9]+),.*", "$1").strip()))
                .sum();
    }
}
