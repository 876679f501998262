package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whose turn it is, and what is done besides copying.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(PartitionIndexerTest.ByHand.class)
@WithTestResource(FreshetResource.class)
class PartitionWorkTest {

    private static final String LOG = "events:{0}";

    RedisServer redis;

    @Inject
    RedisLink link;

    @Inject
    Vertx vertx;

    @Inject
    Log log;

    SimpleMeterRegistry meters;
    Hands hands;
    PartitionWork first;
    PartitionWork second;

    @BeforeEach
    void begin() throws Exception {
        redis.cli("FLUSHALL");
        meters = new SimpleMeterRegistry();
        hands = new Hands(vertx, link, log, meters);
        hands.await(log.open(0));
        first = hands.work("first", Hands.BOUNDS);
        second = hands.work("second", Hands.BOUNDS);
    }

    @AfterEach
    void end() throws Exception {
        hands.await(hands.on(first::close));
        hands.await(hands.on(second::close));
    }

    @Test
    void oneReplicaWorksAndTheOtherFollowsWhenItIsGone() throws Exception {
        add("1-1");
        drain(first);
        assertThat(redis.cli("HGET", "state:{0}", "indexed")).isEqualTo("1-1");
        add("2-1");
        drain(second);
        assertThat(redis.cli("HGET", "state:{0}", "indexed")).isEqualTo("1-1");

        // The first one was killed: it asks for nothing any more.
        Awaitility.await().atMost(Duration.ofSeconds(6)).until(() -> {
            hands.passes(Lease.PERIOD_MS);
            step(second);
            return redis.cli("HGET", "state:{0}", "indexed").equals("2-1");
        });
        assertThat(redis.cli("GET", "lease:{0}")).isEqualTo("second");
    }

    @Test
    void oneThatEndsGivesItsLeaseBack() throws Exception {
        add("1-1");
        drain(first);
        hands.await(hands.on(first::close));
        assertThat(redis.cli("EXISTS", "lease:{0}")).isEqualTo("0");
        step(second);
        assertThat(redis.cli("GET", "lease:{0}")).isEqualTo("second");
    }

    @Test
    void oneThatCannotWorkLetsAnotherTry() throws Exception {
        redis.cli("SET", "channels:{0}", "a stranger's");
        add("1-1");
        assertThatThrownBy(() -> step(first)).hasMessageContaining("WRONGTYPE");
        assertThat(redis.cli("EXISTS", "lease:{0}")).isEqualTo("0");
        redis.cli("DEL", "channels:{0}");
        drain(second);
        assertThat(redis.cli("HGET", "state:{0}", "indexed")).isEqualTo("1-1");
    }

    @Test
    void theLogIsTrimmedOnceItWasCopied() throws Exception {
        redis.cli(
                "EVAL",
                "for i = 1, 250 do redis.call('XADD', KEYS[1], i .. '-1', 'channel', 'user:42', 'type', 't', 'payload', i)"
                        + " end",
                "1",
                LOG);
        drain(first);
        hands.passes(1_000);
        drain(first);
        assertThat(Integer.parseInt(redis.cli("XLEN", LOG))).isLessThan(100);
        assertThat(redis.cli("XLEN", "history:{0}:user:42")).isEqualTo("250");
        assertThat(meters.counter("freshet.log.trimmed", "by", "age").count()).isGreaterThan(150);
        assertThat(redis.cli("HGET", "state:{0}", "hole")).isEmpty();
        assertThat(gauge("freshet.history.lag.entries")).isZero();
    }

    @Test
    void historiesExpireAndTheirExpiryIsKnown() throws Exception {
        add("1-1");
        drain(first);
        redis.cli("ZADD", "channels:{0}", "1", "user:42", "1", "not a channel");
        hands.passes(60_000);
        Awaitility.await().atMost(Duration.ofSeconds(6)).until(() -> {
            hands.passes(Lease.PERIOD_MS);
            step(first);
            return redis.cli("EXISTS", "channels:{0}").equals("0");
        });
        assertThat(redis.cli("EXISTS", "history:{0}:user:42")).isEqualTo("0");
        assertThat(redis.cli("HGET", "state:{0}", "floor")).isEqualTo("1-1");
        assertThat(meters.counter("freshet.history.expired").count()).isEqualTo(1);
    }

    @Test
    void poisonedIdsAreTold() throws Exception {
        add((System.currentTimeMillis() + 3_600_000) + "-0");
        drain(first);
        assertThat(gauge("freshet.log.ahead.seconds")).isBetween(3_500.0, 3_700.0);
        add("18446744073709551615-1");
        hands.passes(1_000);
        drain(first);
        assertThat(gauge("freshet.log.ahead.seconds")).isGreaterThan(1e15);
    }

    @Test
    void whoseTurnItIsNotKnowsNothing() throws Exception {
        step(first);
        assertThat(gauge("freshet.log.entries")).isZero();
        hands.await(hands.on(first::close));
        assertThat(gauge("freshet.log.entries")).isNaN();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private boolean step(PartitionWork work) throws Exception {
        return hands.await(hands.on(work::step));
    }

    private void drain(PartitionWork work) throws Exception {
        for (int idle = 0; idle < 3; idle++) {
            while (step(work)) {
                idle = 0;
            }
        }
    }

    private void add(String id) {
        redis.cli("XADD", LOG, id, "channel", "user:42", "type", "t", "payload", "1");
    }
}
