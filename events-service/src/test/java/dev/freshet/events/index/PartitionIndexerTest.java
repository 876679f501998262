package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.Rejection;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(PartitionIndexerTest.ByHand.class)
@WithTestResource(FreshetResource.class)
class PartitionIndexerTest {

    private static final String LOG = "events:{0}";
    private static final String REJECTED = "events:{0}:rejected";

    /// The service's own indexer stays out, so that each test decides who indexes and when.
    public static final class ByHand implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("freshet.history.enabled", "false");
        }
    }

    RedisServer redis;

    @Inject
    RedisLink link;

    @Inject
    Vertx vertx;

    @Inject
    MeterRegistry meters;

    @Inject
    Log log;

    SimpleMeterRegistry counted = new SimpleMeterRegistry();
    Hands hands;

    @BeforeEach
    void empty() throws Exception {
        redis.cli("FLUSHALL");
        counted = new SimpleMeterRegistry();
        hands = new Hands(vertx, link, log, counted);
        hands.await(log.open(0));
    }

    @AfterEach
    void close() {
        hands.close();
    }

    @Test
    void everyEventIsCopiedIntoTheHistoryOfItsChannel() throws Exception {
        List<String> mine = redis.cli(
                        "EVAL",
                        "local mine = {} for i = 0, 299 do local id = redis.call('XADD', KEYS[1], '*', 'channel', 'user:' .."
                                + " i % 2, 'type', 't', 'payload', i, 'ephemeral', i % 3 == 0 and 1 or 0) if i % 2 == 1"
                                + " and i % 3 > 0 then mine[#mine + 1] = id end end return mine",
                        "1",
                        LOG)
                .lines()
                .toList();
        PartitionIndexer indexer = hands.indexer();
        hands.drain(indexer);
        assertThat(ids("user:1")).isEqualTo(mine);
        assertThat(state("indexed")).isEqualTo(lastOf(LOG));
        assertThat(state("count")).isEqualTo("300");
        assertThat(redis.cli("XRANGE", "history:{0}:user:1", "-", "+", "COUNT", "1")
                        .lines()
                        .skip(1))
                .containsExactly("channel", "user:1", "type", "t", "payload", "1");
        assertThat(hands.step(indexer)).as("there is nothing more").isFalse();
    }

    @Test
    void everyMalformedEntryIsKeptOnceWithItsReason() throws Exception {
        add("channel", "user:42", "type", "t");
        add("channel", "user:42", "type", "t", "payload", "1", "payload", "2");
        add("channel", "group:42", "type", "t", "payload", "1");
        add("channel", "user:42", "type", "init", "payload", "1");
        add("channel", "user:42", "type", "t", "payload", "{");
        String last = add("channel", "user:42", "type", "t", "payload", "1", "ephemeral", "yes");
        hands.drain(hands.indexer());
        hands.drain(hands.indexer());
        assertThat(rejected()).isEqualTo(6);
        for (Rejection reason : List.of(
                Rejection.MISSING_FIELD,
                Rejection.REPEATED_FIELD,
                Rejection.CHANNEL,
                Rejection.TYPE,
                Rejection.PAYLOAD,
                Rejection.FIELD)) {
            assertThat(counted(reason)).as(reason.word()).isEqualTo(1);
        }
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
        hands.await(link.send(Request.cmd(Command.XADD)
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
        hands.await(link.send(
                Request.cmd(Command.XADD).arg(LOG).arg("*").arg("payload").arg(huge)));
        Request many = Request.cmd(Command.XADD).arg(LOG).arg("*");
        for (int i = 0; i < 20_000; i++) {
            many.arg("f" + i).arg("v");
        }
        hands.await(link.send(many));
        Request padded = Request.cmd(Command.XADD)
                .arg(LOG)
                .arg("*")
                .arg("channel")
                .arg("user:42")
                .arg("type")
                .arg("t")
                .arg("payload")
                .arg("[ 1 ]");
        for (int i = 0; i < 20_000; i++) {
            padded.arg("f" + i).arg("v");
        }
        String last = hands.await(link.send(padded)).toString();

        hands.drain(hands.indexer());

        assertThat(state("indexed")).isEqualTo(last);
        assertThat(rejected()).isEqualTo(3);
        assertThat(redis.cli("XRANGE", REJECTED, "-", "+").length()).isLessThan(4096);
        assertThat(redis.cli("XRANGE", "history:{0}:user:42", "-", "+").lines())
                .as("what the contract does not know is not copied")
                .containsExactly(last, "channel", "user:42", "type", "t", "payload", "[1]");
    }

    @Test
    void racingIndexersCopyAndCountEachEntryOnce() throws Exception {
        redis.cli(
                "EVAL",
                "for i = 1, 400 do redis.call('XADD', KEYS[1], '*', 'channel', 'user:42', 'type', i % 2 == 0 and 't' or"
                        + " 'a b', 'payload', i) end",
                "1",
                LOG);
        List<PartitionIndexer> indexers =
                Stream.generate(() -> hands.indexer()).limit(3).toList();
        String last = lastOf(LOG);
        while (!state("indexed").equals(last)) {
            List<Future<Boolean>> steps = indexers.stream().map(hands::begin).toList();
            for (Future<Boolean> step : steps) {
                hands.await(step);
            }
        }
        assertThat(rejected()).isEqualTo(200);
        assertThat(counted(Rejection.TYPE)).isEqualTo(200);
        assertThat(ids("user:42")).hasSize(200).doesNotHaveDuplicates();
        assertThat(counted.counter("freshet.history.copied").count()).isEqualTo(200);
    }

    @Test
    void oneThatSleptBetweenReadingAndApplyingChangesNothing() throws Exception {
        List<String> all = many(60);
        PartitionIndexer sleeper = hands.indexer();
        // The first batch is full, so the second one is read already.
        assertThat(hands.step(sleeper)).isTrue();
        assertThat(ids("user:42")).hasSize(16);
        hands.drain(hands.indexer());
        assertThat(ids("user:42")).isEqualTo(all);
        redis.cli("XTRIM", LOG, "MAXLEN", "0");
        hands.drain(sleeper);
        assertThat(ids("user:42")).isEqualTo(all);
        assertThat(counted.counter("freshet.history.copied").count()).isEqualTo(60);
        assertThat(state("hole")).isEmpty();
    }

    @Test
    void oneThatSleptOverANewEpochAppliesNothingOfTheOld() throws Exception {
        many(100);
        PartitionIndexer sleeper = hands.indexer();
        hands.step(sleeper);
        while (ids("user:42").size() < 48) {
            hands.step(sleeper);
        }
        // It has the next batch in hand, with the facts of before.
        redis.cli("HSET", "state:{0}", "epoch", "other");
        assertThat(hands.step(sleeper)).isFalse();
        assertThat(ids("user:42")).hasSize(48);
        hands.drain(sleeper);
        assertThat(ids("user:42")).hasSize(100);
    }

    @Test
    void oneThatDiedInTheMiddleOfABatchIsFollowedByTheNext() throws Exception {
        List<String> all = many(10);
        // What a script that an error ended leaves behind: copies, but no watermark.
        for (String id : all.subList(0, 4)) {
            redis.cli("XADD", "history:{0}:user:42", id, "channel", "user:42", "type", "t", "payload", "1");
        }
        hands.drain(hands.indexer());
        assertThat(ids("user:42")).isEqualTo(all);
    }

    @Test
    void whatAStrangerTrimmedOrDeletedBeforeItWasCopiedIsAHole() throws Exception {
        List<String> all = many(40);
        redis.cli("XTRIM", LOG, "MINID", all.get(10));
        hands.drain(hands.indexer());
        assertThat(ids("user:42")).isEqualTo(all.subList(10, 40));
        assertThat(StreamId.parse(state("hole"))).isGreaterThanOrEqualTo(StreamId.parse(all.get(9)));
        assertThat(counted.counter("freshet.history.holes").count()).isEqualTo(1);

        List<String> more = many(3);
        redis.cli("XDEL", LOG, more.get(1));
        hands.drain(hands.indexer());
        assertThat(state("hole")).isEqualTo(more.get(1));
        assertThat(ids("user:42")).endsWith(more.get(2)).doesNotContain(more.get(1));

        String last = many(3).getLast();
        redis.cli("XTRIM", LOG, "MAXLEN", "0");
        hands.drain(hands.indexer());
        assertThat(state("indexed")).isEqualTo(last);
        assertThat(state("hole")).isEqualTo(last);
    }

    @Test
    void aHistorysKeyOfTheWrongTypeStopsNobodyElse() throws Exception {
        redis.cli("SET", "history:{0}:user:42", "mine");
        many(3);
        String other = add("channel", "user:43", "type", "t", "payload", "1");
        hands.drain(hands.indexer());
        assertThat(ids("user:43")).containsExactly(other);
        assertThat(redis.cli("GET", "history:{0}:user:42")).isEqualTo("mine");
        assertThat(counted.counter("freshet.history.refused").count()).isEqualTo(3);
    }

    @Test
    void aHistoryHasExactlyTheNewestThousand() throws Exception {
        List<String> all = many(2_345);
        hands.drain(hands.indexer());
        assertThat(ids("user:42")).isEqualTo(all.subList(1_345, 2_345));
    }

    @Test
    void aHistoryOfLargeEventsIsBoundedInBytes() throws Exception {
        String payload = '"' + "x".repeat(60_000) + '"';
        String last = "";
        for (int i = 0; i < 40; i++) {
            last = add("channel", "user:42", "type", "t", "payload", payload);
        }
        hands.drain(hands.indexer());
        assertThat(Integer.parseInt(redis.cli("MEMORY", "USAGE", "history:{0}:user:42", "SAMPLES", "0")))
                .isBetween(512 * 1024, 1024 * 1024);
        assertThat(ids("user:42")).hasSizeBetween(8, 17).endsWith(last);
    }

    @Test
    void aLostHistoryKnowsThatItMissesWhatWasBefore() throws Exception {
        many(3);
        hands.drain(hands.indexer());
        redis.cli("DEL", "history:{0}:user:42");
        String before = add("channel", "user:43", "type", "t", "payload", "1");
        String next = many(1).getFirst();
        hands.drain(hands.indexer());
        assertThat(ids("user:42")).containsExactly(next);
        List<String> info =
                redis.cli("XINFO", "STREAM", "history:{0}:user:42").lines().toList();
        assertThat(info.get(info.indexOf("max-deleted-entry-id") + 1)).isEqualTo(before);
    }

    @Test
    void afterARestartOfRedisPodsMayComeFirstThenTheEpochIsRenewed() throws Exception {
        String shared = many(3).getLast();
        PartitionIndexer indexer = hands.indexer();
        hands.drain(indexer);
        String epoch = state("epoch");
        redis.cli("HSET", "state:{0}", "replid", "0123");
        String last = many(1).getFirst();

        assertThat(hands.step(indexer)).isFalse();
        hands.passes(PartitionIndexer.RENEW_AFTER_MS - 1);
        hands.step(indexer);
        assertThat(state("epoch")).isEqualTo(epoch);
        hands.passes(1);
        hands.step(indexer);
        assertThat(state("epoch")).isNotEqualTo(epoch);
        assertThat(state("forks")).isEqualTo(epoch + " " + shared);
        hands.drain(indexer);
        assertThat(state("indexed")).isEqualTo(last);
        assertThat(ids("user:42")).hasSize(4);
    }

    @Test
    void aPodThatRenewsTheEpochFirstIsBelieved() throws Exception {
        many(3);
        PartitionIndexer indexer = hands.indexer();
        redis.cli("HSET", "state:{0}", "replid", "0123");
        hands.step(indexer);
        hands.await(log.facts(0).compose(facts -> log.renew(facts, null)));
        String renewed = state("epoch");
        hands.passes(10 * PartitionIndexer.RENEW_AFTER_MS);
        hands.drain(indexer);
        assertThat(state("epoch")).isEqualTo(renewed);
        assertThat(ids("user:42")).hasSize(3);
    }

    @Test
    void afterALossOfAllDataItBeginsANewState() throws Exception {
        many(3);
        PartitionIndexer indexer = hands.indexer();
        hands.drain(indexer);
        redis.cli("FLUSHALL");
        List<String> all = many(2);
        hands.drain(indexer);
        assertThat(ids("user:42")).isEqualTo(all);
        assertThat(state("epoch")).hasSize(8);
        assertThat(state("hole")).isEmpty();
    }

    @Test
    void aDeletedLogIsAnotherLog() throws Exception {
        String old = many(3).getLast();
        PartitionIndexer indexer = hands.indexer();
        hands.drain(indexer);
        String epoch = state("epoch");
        redis.cli("DEL", LOG);
        String next = many(1).getFirst();
        assertThat(hands.step(indexer)).isFalse();
        hands.passes(PartitionIndexer.RENEW_AFTER_MS);
        hands.step(indexer);
        hands.drain(indexer);
        assertThat(state("epoch")).isNotEqualTo(epoch);
        assertThat(state("hole")).isEqualTo(old);
        assertThat(state("floor")).isEqualTo(old);
        assertThat(state("forks")).isEmpty();
        assertThat(ids("user:42")).hasSize(4).endsWith(next);
    }

    @Test
    void theRejectedStreamIsCapped() throws Exception {
        for (int i = 0; i < 700; i++) {
            hands.await(link.send(
                    Request.cmd(Command.XADD).arg(LOG).arg("*").arg("a").arg(Integer.toString(i))));
        }
        hands.drain(hands.indexer(Hands.bounds(1_000, 100)));
        assertThat(rejected()).isLessThan(300);
        assertThat(counted(Rejection.MISSING_FIELD)).isEqualTo(700);
    }

    @Test
    void thePartitionsEndIsSurvived() throws Exception {
        many(2);
        String last = "18446744073709551615-18446744073709551615";
        redis.cli("XADD", LOG, last, "channel", "user:42", "type", "t", "payload", "1");
        PartitionIndexer indexer = hands.indexer();
        hands.drain(indexer);
        assertThat(state("indexed")).isEqualTo(last);
        assertThat(hands.step(indexer)).isFalse();
        assertThat(ids("user:42")).hasSize(3).endsWith(last);
    }

    @Test
    void aBatchIsBoundedInBytesWhateverComes() throws Exception {
        for (int i = 0; i < 60; i++) {
            add("channel", "user:42", "type", "t", "payload", '"' + "x".repeat(50_000) + '"');
        }
        EntryReader reader = log.reader(0);
        Batch batch = Batch.of(
                StreamId.ZERO,
                hands.await(
                        link.send(Request.cmd(Command.XRANGE).arg(LOG).arg("-").arg("+"))),
                reader);
        assertThat(batch.size()).isBetween(10, 21);
        assertThat(batch.bytes()).isLessThanOrEqualTo(1024 * 1024);
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

    private List<String> many(int count) {
        return redis.cli(
                        "EVAL",
                        "local ids = {} for i = 1, ARGV[1] do ids[i] = redis.call('XADD', KEYS[1], '*', 'channel',"
                                + " 'user:42', 'type', 't', 'payload', i) end return ids",
                        "1",
                        LOG,
                        Integer.toString(count))
                .lines()
                .toList();
    }

    private String add(String... fields) {
        return redis.cli(
                Stream.concat(Stream.of("XADD", LOG, "*"), Stream.of(fields)).toArray(String[]::new));
    }

    private List<String> ids(String channel) {
        return redis.cli(
                        "EVAL",
                        "local ids = {} for i, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do ids[i] ="
                                + " entry[1] end return ids",
                        "1",
                        "history:{0}:" + channel)
                .lines()
                .toList();
    }

    private String lastOf(String key) {
        return redis.cli("XREVRANGE", key, "+", "-", "COUNT", "1")
                .lines()
                .findFirst()
                .orElseThrow();
    }

    private int rejected() {
        return Integer.parseInt(redis.cli("XLEN", REJECTED));
    }

    private double counted(Rejection reason) {
        return counted.counter("freshet.events.rejected", "reason", reason.word())
                .count();
    }

    private String state(String field) {
        return redis.cli("HGET", "state:{0}", field);
    }
}
