package dev.freshet.events.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.log.Rejection;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(LogInspectorTest.ByHand.class)
@WithTestResource(FreshetResource.class)
class LogInspectorTest {

    private static final Partitions ONE = new Partitions(1);
    private static final String LOG = "events:{0}";
    private static final String REJECTED = "events:{0}:rejected";

    /// The service's own inspector stays out, so that each test decides who inspects and when.
    public static final class ByHand implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("freshet.inspect.enabled", "false");
        }
    }

    RedisServer redis;

    @Inject
    RedisLink link;

    @Inject
    Vertx vertx;

    @Inject
    MeterRegistry meters;

    final ConcurrentLinkedQueue<Rejection> counted = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void empty() {
        redis.cli("FLUSHALL");
        counted.clear();
    }

    @Test
    void goodEntriesOnlyMoveTheWatermark() throws Exception {
        add("channel", "user:42", "type", "t", "payload", "1");
        String last = add("channel", "user:42", "type", "t", "payload", "2");
        assertThat(step(inspector())).isTrue();
        assertThat(watermark()).isEqualTo(last);
        assertThat(rejected()).isZero();
        assertThat(step(inspector())).isFalse();
    }

    @Test
    void everyMalformedEntryIsKeptOnceWithItsReason() throws Exception {
        add("channel", "user:42", "type", "t");
        add("channel", "user:42", "type", "t", "payload", "1", "payload", "2");
        add("channel", "group:42", "type", "t", "payload", "1");
        add("channel", "user:42", "type", "init", "payload", "1");
        add("channel", "user:42", "type", "t", "payload", "{");
        String last = add("channel", "user:42", "type", "t", "payload", "1", "ephemeral", "yes");
        drain(inspector());
        drain(inspector());
        assertThat(rejected()).isEqualTo(6);
        assertThat(counted)
                .containsExactly(
                        Rejection.MISSING_FIELD,
                        Rejection.REPEATED_FIELD,
                        Rejection.CHANNEL,
                        Rejection.TYPE,
                        Rejection.PAYLOAD,
                        Rejection.FIELD);
        assertThat(redis.cli("XREVRANGE", REJECTED, "+", "-", "COUNT", "1")
                        .lines()
                        .skip(1))
                .containsExactly(
                        "id",
                        last,
                        "reason",
                        "field",
                        "detail",
                        "ephemeral must be 1 or 0",
                        "channel",
                        "user:42",
                        "type",
                        "t",
                        "payload",
                        "1",
                        "ephemeral",
                        "yes");
    }

    @Test
    void hostileEntriesAreCutAndNeverStopIt() throws Exception {
        byte[] broken = {(byte) 0xff, 0, (byte) 0xc0, '\n'};
        await(link.send(Request.cmd(Command.XADD)
                .arg(LOG)
                .arg("*")
                .arg("channel")
                .arg(broken)
                .arg("type")
                .arg("t")
                .arg("payload")
                .arg("1")));
        byte[] huge = new byte[3 * 1024 * 1024];
        Arrays.fill(huge, (byte) 'x');
        await(link.send(
                Request.cmd(Command.XADD).arg(LOG).arg("*").arg("payload").arg(huge)));
        Request many = Request.cmd(Command.XADD).arg(LOG).arg("*");
        for (int i = 0; i < 20_000; i++) {
            many.arg("f" + i).arg("v");
        }
        await(link.send(many));
        String last = add("channel", "user:42", "type", "t", "payload", "1");

        PartitionInspector inspector = inspector();
        drain(inspector);

        assertThat(watermark()).isEqualTo(last);
        assertThat(rejected()).isEqualTo(3);
        assertThat(redis.cli("XRANGE", REJECTED, "-", "+").length()).isLessThan(4096);
    }

    @Test
    void racingInspectorsKeepAndCountEachEntryOnce() throws Exception {
        for (int i = 0; i < 400; i++) {
            await(link.send(Request.cmd(Command.XADD)
                    .arg(LOG)
                    .arg("*")
                    .arg("channel")
                    .arg("user:42")
                    .arg("type")
                    .arg(i % 2 == 0 ? "t" : "a b")
                    .arg("payload")
                    .arg(Integer.toString(i))));
        }
        List<InspectionLoop> loops = Stream.generate(() -> new InspectionLoop(vertx, inspector(), 5))
                .limit(3)
                .toList();
        loops.forEach(InspectionLoop::start);
        try {
            String last = redis.cli("XREVRANGE", LOG, "+", "-", "COUNT", "1")
                    .lines()
                    .findFirst()
                    .orElseThrow();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> watermark().equals(last) && counted.size() >= 200);
        } finally {
            loops.forEach(InspectionLoop::stop);
        }
        assertThat(rejected()).isEqualTo(200);
        assertThat(counted).hasSize(200).containsOnly(Rejection.TYPE);
    }

    @Test
    void theRejectedStreamIsCapped() throws Exception {
        for (int i = 0; i < 700; i++) {
            await(link.send(Request.cmd(Command.XADD).arg(LOG).arg("*").arg("a").arg(Integer.toString(i))));
        }
        drain(new PartitionInspector(link, ONE, 0, 100, counted::add));
        assertThat(rejected()).isLessThan(300);
        assertThat(counted).hasSize(700);
    }

    @Test
    void aPoisonedOrForeignWatermarkDoesNotBreakIt() throws Exception {
        String last = add("a", "b");
        redis.cli("HSET", "state:{0}", "inspected", "nonsense");
        drain(inspector());
        assertThat(watermark()).isEqualTo(last);
        redis.cli("HSET", "state:{0}", "inspected", "18446744073709551615-18446744073709551615");
        assertThat(step(inspector())).isFalse();
    }

    @Test
    void everyReasonIsAMetricFromTheStart() {
        for (Rejection reason : Rejection.values()) {
            assertThat(meters.find("freshet.events.rejected")
                            .tag("reason", reason.word())
                            .counter())
                    .isNotNull();
        }
    }

    private PartitionInspector inspector() {
        return new PartitionInspector(link, ONE, 0, 10_000, counted::add);
    }

    private String add(String... fields) {
        return redis.cli(
                Stream.concat(Stream.of("XADD", LOG, "*"), Stream.of(fields)).toArray(String[]::new));
    }

    private int rejected() {
        return Integer.parseInt(redis.cli("XLEN", REJECTED));
    }

    private String watermark() {
        return redis.cli("HGET", "state:{0}", "inspected");
    }

    private static void drain(PartitionInspector inspector) throws Exception {
        while (step(inspector)) {
            // until there is nothing left
        }
        inspector.close();
    }

    private static boolean step(PartitionInspector inspector) throws Exception {
        return await(inspector.step());
    }

    private static <T> T await(Future<T> future) throws Exception {
        CompletableFuture<T> done = future.toCompletionStage().toCompletableFuture();
        return done.get(10, TimeUnit.SECONDS);
    }
}
