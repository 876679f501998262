package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.testkit.RedisServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts of indexing, trimming and expiry, on a real Redis.
class IndexScriptsTest {

    private static final RedisServer REDIS = RedisServer.start();

    private static final String EVENTS = Keys.events(0);
    private static final String STATE = Keys.state(0);
    private static final String CHANNELS = Keys.channels(0);
    private static final String REJECTED = Keys.rejected(0);
    private static final String LEASE = Keys.lease(0);

    /// One event for `user:1`, in a history of its own.
    private static final String ONE = "user:1";

    private int length = 1_000;
    private int bytes = 1024 * 1024;

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void begin() {
        REDIS.cli("FLUSHALL");
        REDIS.cli("HSET", STATE, "epoch", "first", "partitions", "1", "layout", "1", "replid", server());
    }

    @Test
    void aBatchIsCopiedWithTheLogsOwnIds() {
        add("1-1", "2-1", "3-1", "4-1");
        List<String> answer = index("0-0", copy("1-1", ONE), skip("2-1"), copy("3-1", "user:2"), copy("4-1", ONE));
        assertThat(answer).containsExactly("applied", "4-1", "3", "0");
        assertThat(ids(ONE)).containsExactly("1-1", "4-1");
        assertThat(ids("user:2")).containsExactly("3-1");
        assertThat(state("indexed", "count")).containsExactly("4-1", "4");
        assertThat(REDIS.cli("ZRANGE", CHANNELS, "0", "-1").lines()).containsExactlyInAnyOrder(ONE, "user:2");
        assertThat(Double.parseDouble(REDIS.cli("ZSCORE", CHANNELS, ONE)))
                .isBetween(System.currentTimeMillis() - 10_000.0, System.currentTimeMillis() + 10_000.0);
        assertThat(REDIS.cli("XRANGE", history(ONE), "-", "+", "COUNT", "1").lines())
                .containsExactly("1-1", "channel", ONE, "payload", "1");
    }

    @Test
    void ofTwoIndexersWithTheSameBatchOneApplies() {
        add("1-1", "2-1");
        assertThat(index("0-0", copy("1-1", ONE))).startsWith("applied", "1-1");
        assertThat(index("0-0", copy("1-1", ONE), copy("2-1", ONE))).containsExactly("moved", "1-1", "0", "0");
        assertThat(ids(ONE)).containsExactly("1-1");
    }

    @Test
    void aBatchOfAnotherEpochOrServerIsRefused() {
        add("1-1");
        assertThat(index("other", server(), "0-0", copy("1-1", ONE))).startsWith("renewed");
        assertThat(index("first", "0123", "0-0", copy("1-1", ONE))).startsWith("renewed");
        REDIS.cli("HSET", STATE, "replid", "0123");
        assertThat(index("first", "0123", "0-0", copy("1-1", ONE))).startsWith("renewed");
        assertThat(index("first", server(), "0-0", copy("1-1", ONE))).startsWith("renewed");
        assertThat(REDIS.cli("EXISTS", history(ONE), CHANNELS)).isEqualTo("0");
    }

    @Test
    void withoutAStateNothingIsDone() {
        REDIS.cli("DEL", STATE);
        add("1-1");
        assertThat(index("0-0", copy("1-1", ONE))).startsWith("none");
        assertThat(REDIS.cli("DBSIZE")).isEqualTo("1");
    }

    @Test
    void anotherLogIsLeftAlone() {
        add("5-1", "6-1");
        index("0-0", copy("5-1", ONE), copy("6-1", ONE));
        REDIS.cli("DEL", EVENTS);
        add("5-5");
        assertThat(index("6-1", copy("5-5", ONE))).containsExactly("another", "6-1", "0", "0");
        // Past what was indexed, but fewer are gone than were counted.
        add("7-1");
        assertThat(index("6-1", copy("7-1", ONE))).startsWith("applied");
        REDIS.cli("DEL", EVENTS);
        add("9-1");
        assertThat(index("7-1", copy("9-1", ONE))).startsWith("another", "7-1");
        assertThat(ids(ONE)).doesNotContain("9-1");
    }

    @Test
    void anAttemptThatWasCutOffIsCompleted() {
        add("1-1", "2-1", "3-1");
        REDIS.cli("XADD", history(ONE), "1-1", "channel", ONE, "payload", "1");
        REDIS.cli("XADD", history(ONE), "2-1", "channel", ONE, "payload", "1");
        assertThat(index("0-0", copy("1-1", ONE), copy("2-1", ONE), copy("3-1", ONE)))
                .containsExactly("applied", "3-1", "1", "0");
        assertThat(ids(ONE)).containsExactly("1-1", "2-1", "3-1");
    }

    @Test
    void theLastPossibleIdIsCopiedOnce() {
        String last = "18446744073709551615-18446744073709551615";
        add(last);
        assertThat(index("0-0", copy(last, ONE))).startsWith("applied", last);
        REDIS.cli("HSET", STATE, "indexed", "0-0", "count", "0");
        assertThat(index("0-0", copy(last, ONE))).containsExactly("applied", last, "0", "0");
    }

    @Test
    void aKeyOfTheWrongTypeIsCountedAndItsChannelRegistered() {
        REDIS.cli("SET", history(ONE), "mine");
        add("1-1", "2-1", "3-1");
        assertThat(index("0-0", copy("1-1", ONE), copy("2-1", "user:2"), copy("3-1", ONE)))
                .containsExactly("applied", "3-1", "1", "2");
        assertThat(REDIS.cli("GET", history(ONE))).isEqualTo("mine");
        assertThat(REDIS.cli("ZRANGE", CHANNELS, "0", "-1").lines()).containsExactlyInAnyOrder(ONE, "user:2");
    }

    @Test
    void anErrorAboutAnEntryEndsTheScriptAndTheBatchCanBeAppliedAgain() {
        add("1-1", "2-1");
        List<String> broken = new ArrayList<>(copy("2-1", ONE));
        broken.set(2, "1");
        broken.remove(broken.size() - 1);
        broken.remove(broken.size() - 1);
        broken.remove(broken.size() - 1);
        assertThat(index("0-0", copy("1-1", ONE), broken).getFirst()).startsWith("ERR Wrong number of args");
        assertThat(ids(ONE)).containsExactly("1-1");
        assertThat(REDIS.cli("HGET", STATE, "indexed")).isEmpty();
        assertThat(index("0-0", copy("1-1", ONE), copy("2-1", ONE))).containsExactly("applied", "2-1", "1", "0");
    }

    @Test
    void aNewHistoryInheritsWhatIsKnownOfItsChannel() {
        REDIS.cli("HSET", STATE, "floor", "2-0");
        REDIS.cli("ZADD", CHANNELS, "1", "user:2");
        add("1-1", "3-1", "4-1", "5-1");
        index("0-0", copy("1-1", ONE), copy("3-1", "user:3"), copy("4-1", "user:2"), copy("5-1", "user:2"));
        assertThat(maxDeleted(ONE)).as("never beyond its entry").isEqualTo("1-1");
        assertThat(maxDeleted("user:3")).as("the floor").isEqualTo("2-0");
        assertThat(maxDeleted("user:2")).as("lost: whatever came before").isEqualTo("3-1");
        assertThat(ids("user:2")).containsExactly("4-1", "5-1");
    }

    @Test
    void withoutAFloorANewHistoryIsWhole() {
        add("1-1");
        index("0-0", copy("1-1", ONE));
        assertThat(maxDeleted(ONE)).isEqualTo("0-0");
    }

    @Test
    void aLostHistoryInheritsTheFloorWhereThatIsHigher() {
        REDIS.cli("HSET", STATE, "floor", "9-9");
        REDIS.cli("ZADD", CHANNELS, "1", ONE);
        add("10-1");
        index("0-0", copy("10-1", ONE));
        assertThat(maxDeleted(ONE)).isEqualTo("9-9");
    }

    @Test
    void whatWasTrimmedBeforeItWasCopiedIsAHole() {
        add("1-1", "2-1", "3-5", "4-1");
        index("0-0", copy("1-1", ONE));
        REDIS.cli("XTRIM", EVENTS, "MINID", "3-5");
        assertThat(index("1-1", copy("2-1", ONE), copy("3-5", ONE))).containsExactly("hole", "3-4", "0", "0");
        assertThat(state("indexed", "hole", "count")).containsExactly("3-4", "3-4", "2");
        assertThat(ids(ONE)).containsExactly("1-1");
        assertThat(index("3-4", copy("3-5", ONE), copy("4-1", ONE))).startsWith("applied");
        assertThat(state("indexed", "hole", "count")).containsExactly("4-1", "3-4", "4");
    }

    @Test
    void whatWasTrimmedAfterItWasCopiedIsNone() {
        add("1-1", "2-1", "3-1");
        index("0-0", copy("1-1", ONE), copy("2-1", ONE));
        REDIS.cli("XTRIM", EVENTS, "MINID", "3-1");
        assertThat(index("2-1", copy("3-1", ONE))).startsWith("applied", "3-1");
        assertThat(REDIS.cli("HGET", STATE, "hole")).isEmpty();
    }

    @Test
    void anEmptiedLogIsAHoleUpToItsEnd() {
        add("1-1", "2-1");
        REDIS.cli("XTRIM", EVENTS, "MAXLEN", "0");
        assertThat(index("0-0")).containsExactly("hole", "2-1", "0", "0");
        assertThat(state("indexed", "hole", "count")).containsExactly("2-1", "2-1", "2");
        assertThat(index("2-1")).startsWith("applied", "2-1");
    }

    @Test
    void whatWasDeletedBehindTheWatermarkIsAHole() {
        add("1-1", "2-1", "3-1", "4-1");
        index("0-0", copy("1-1", ONE));
        REDIS.cli("XDEL", EVENTS, "3-1");
        assertThat(index("1-1", copy("2-1", ONE), copy("3-1", ONE))).containsExactly("hole", "3-1", "0", "0");
        assertThat(state("indexed", "hole", "count")).containsExactly("3-1", "3-1", "2");
        // Where the end is reached, the count is exact again.
        assertThat(index("3-1", copy("4-1", ONE))).startsWith("applied");
        assertThat(state("indexed", "count")).containsExactly("4-1", "4");
        REDIS.cli("XDEL", EVENTS, "2-1");
        assertThat(index("4-1")).startsWith("applied");
    }

    @Test
    void aLogThatWasDeletedAfterAHoleIsAnother() {
        add("1-1", "2-1");
        REDIS.cli("XDEL", EVENTS, "2-1");
        assertThat(index("0-0")).startsWith("hole", "2-1");
        REDIS.cli("DEL", EVENTS);
        add("3-1");
        assertThat(index("2-1", copy("3-1", ONE))).startsWith("another");
    }

    @Test
    void aHigherHoleStays() {
        REDIS.cli("HSET", STATE, "hole", "8-8", "indexed", "0-0");
        add("1-1", "2-1");
        REDIS.cli("XDEL", EVENTS, "1-1");
        assertThat(index("0-0")).startsWith("hole", "2-0");
        assertThat(state("hole")).containsExactly("8-8");
    }

    @Test
    void aHistoryKeepsExactlyItsNewest() {
        length = 10;
        String previous = "0-0";
        for (int batch = 0; batch < 5; batch++) {
            List<List<String>> entries = new ArrayList<>();
            for (int i = 1; i <= 7; i++) {
                String id = (batch * 10 + i) + "-1";
                add(id);
                entries.add(copy(id, ONE));
            }
            assertThat(index(previous, entries.toArray(List[]::new))).startsWith("applied");
            previous = (batch * 10 + 7) + "-1";
            assertThat(ids(ONE)).hasSize(Math.min(10, 7 * (batch + 1)));
        }
        assertThat(ids(ONE)).startsWith("35-1", "36-1").endsWith("47-1").hasSize(10);
        assertThat(maxDeleted(ONE)).isEqualTo("34-1");
    }

    @Test
    void aSmallerBoundIsReachedOverTime() {
        for (int i = 1; i <= 3000; i += 100) {
            int from = i;
            add(IntStream.range(from, from + 100).mapToObj(n -> n + "-1").toArray(String[]::new));
            index(
                    from == 1 ? "0-0" : (from - 1) + "-1",
                    IntStream.range(from, from + 100)
                            .mapToObj(n -> copy(n + "-1", ONE))
                            .toArray(List[]::new));
        }
        assertThat(ids(ONE)).hasSize(1000);
        length = 10;
        add("5000-1", "5001-1");
        index("3000-1", copy("5000-1", ONE));
        index("5000-1", copy("5001-1", ONE));
        assertThat(ids(ONE)).hasSize(10).endsWith("5000-1", "5001-1");
    }

    @Test
    void aHistoryIsBoundedInBytesButKeepsTheNewest() {
        bytes = 20_000;
        String payload = "x".repeat(4_000);
        String previous = "0-0";
        for (int i = 1; i <= 30; i++) {
            add(i + "-1");
            assertThat(index(previous, event(i + "-1", ONE, payload))).startsWith("applied");
            previous = i + "-1";
        }
        assertThat(Integer.parseInt(REDIS.cli("MEMORY", "USAGE", history(ONE), "SAMPLES", "0")))
                .isBetween(8_000, 20_000);
        assertThat(ids(ONE)).hasSizeBetween(2, 4).endsWith("29-1", "30-1");
        assertThat(maxDeleted(ONE)).isNotEqualTo("0-0");

        add("31-1");
        index(previous, event("31-1", ONE, "x".repeat(60_000)));
        assertThat(ids(ONE)).containsExactly("31-1");
        assertThat(maxDeleted(ONE)).isEqualTo("30-1");
    }

    @Test
    void malformedEntriesAreKeptAsideOnce() {
        add("1-1", "2-1");
        List<String> aside = List.of("1-1", "-1", "4", "id", "1-1", "reason", "type");
        assertThat(index("0-0", aside, copy("2-1", ONE))).containsExactly("applied", "2-1", "1", "0");
        assertThat(index("0-0", aside, copy("2-1", ONE))).startsWith("moved");
        assertThat(REDIS.cli("XRANGE", REJECTED, "-", "+").lines().skip(1))
                .containsExactly("id", "1-1", "reason", "type");
    }

    @Test
    void aRejectedStreamOfTheWrongTypeStopsNothing() {
        REDIS.cli("SET", REJECTED, "mine");
        add("1-1");
        assertThat(index("0-0", List.of("1-1", "-1", "2", "id", "1-1"))).startsWith("applied", "1-1");
    }

    @Test
    void aFullRedisIsIndexedTrimmedExpiredAndLeased() {
        add("1-1", "2-1");
        REDIS.cli("ZADD", CHANNELS, "1", "user:9");
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(lease("a", 1_000)).isEqualTo("1");
            assertThat(index("0-0", copy("1-1", ONE), copy("2-1", ONE))).startsWith("applied");
            assertThat(trim(1, 1, 1_000_000)).hasSize(6).allMatch(line -> !line.startsWith("OOM"));
            assertThat(expire(1, "user:9")).isEqualTo("1");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(ids(ONE)).containsExactly("1-1", "2-1");
    }

    @Test
    void byAgeTheLogIsTrimmedNeverPastWhatWasCopied() {
        fill(1, 1_000);
        REDIS.cli("HSET", STATE, "indexed", "500-1", "count", "500");
        List<String> answer = trim(60_000, 1_000_000, 100_000_000);
        int aged = Integer.parseInt(answer.getFirst());
        assertThat(aged).isBetween(400, 500);
        assertThat(answer.get(1)).isEqualTo("0");
        assertThat(answer.get(3)).isEqualTo(Integer.toString(1_000 - aged));
        assertThat(trim(60_000, 1_000_000, 100_000_000)).startsWith("0", "0", "0");

        REDIS.cli("HSET", STATE, "indexed", "1000-1", "count", "1000");
        trim(60_000, 1_000_000, 100_000_000);
        assertThat(Integer.parseInt(REDIS.cli("XLEN", EVENTS))).isLessThan(100);
    }

    @Test
    void whatIsYoungEnoughStays() {
        for (int i = 0; i < 300; i++) {
            REDIS.cli("XADD", EVENTS, "*", "a", "b");
        }
        String last = REDIS.cli("XREVRANGE", EVENTS, "+", "-", "COUNT", "1")
                .lines()
                .findFirst()
                .orElseThrow();
        REDIS.cli("HSET", STATE, "indexed", last, "count", "300");
        assertThat(trim(600_000, 1_000_000, 100_000_000)).startsWith("0", "0", "0", "300");
    }

    @Test
    void theCapsTakeWhatWasNotCopiedToo() {
        fill(1, 1_000);
        List<String> answer = trim(600_000_000_000_000L, 300, 100_000_000);
        assertThat(Integer.parseInt(answer.get(1))).isBetween(600, 700);
        assertThat(index("0-0")).startsWith("hole");

        fill(2_000, 3_000);
        long before = Long.parseLong(REDIS.cli("MEMORY", "USAGE", EVENTS, "SAMPLES", "0"));
        trim(600_000_000_000_000L, 1_000_000, before / 2);
        assertThat(Long.parseLong(REDIS.cli("MEMORY", "USAGE", EVENTS, "SAMPLES", "0")))
                .isBetween(before / 3, before * 7 / 10);
    }

    @Test
    void aStepOfTrimmingIsBoundedAndSaysThatThereIsMore() {
        fill(1, 3_000);
        REDIS.cli("HSET", STATE, "indexed", "3000-1", "count", "3000");
        List<String> keys = List.of(EVENTS, STATE);
        int steps = 0;
        List<String> answer;
        do {
            answer = eval(IndexScripts.TRIM, keys, "1000", "1000000", "100000000", "1100", "0");
            assertThat(Integer.parseInt(answer.getFirst())).isLessThanOrEqualTo(1_100);
            steps++;
        } while (answer.get(2).equals("1"));
        assertThat(steps).isBetween(3, 6);
        assertThat(Integer.parseInt(REDIS.cli("XLEN", EVENTS))).isLessThan(100);
    }

    @Test
    void anotherLogOrOneWithoutAStateIsNotTrimmed() {
        fill(1, 1_000);
        REDIS.cli("HSET", STATE, "indexed", "5000-1", "count", "5000");
        assertThat(trim(1_000, 300, 1)).startsWith("0", "0", "0", "1000");
        REDIS.cli("DEL", STATE);
        assertThat(trim(1_000, 300, 1)).startsWith("0", "0", "0", "1000");
        REDIS.cli("DEL", EVENTS);
        assertThat(trim(1_000, 300, 1)).startsWith("0", "0", "0", "0", "0");
    }

    @Test
    void poisonedIdsAreSeen() {
        long hour = System.currentTimeMillis() + 3_600_000;
        add(hour + "-0");
        assertThat(Long.parseLong(trim(1_000, 1_000, 1_000_000).get(5))).isBetween(3_500_000L, 3_700_000L);
        add("18446744073709551615-18446744073709551615");
        assertThat(Double.parseDouble(trim(1_000, 1_000, 1_000_000).get(5))).isGreaterThan(1e19);
    }

    @Test
    void expiryRaisesTheFloorToWhatTheHistoryHad() {
        add("1-1", "2-1", "3-1");
        index("0-0", copy("1-1", ONE), copy("2-1", ONE), copy("3-1", "user:2"));
        REDIS.cli("ZADD", CHANNELS, "5", ONE);
        assertThat(stale(60_000)).containsExactly(ONE);
        assertThat(expire(60_000, ONE, "user:2")).as("the other is young").isEqualTo("1");
        assertThat(REDIS.cli("EXISTS", history(ONE))).isEqualTo("0");
        assertThat(ids("user:2")).containsExactly("3-1");
        assertThat(REDIS.cli("ZRANGE", CHANNELS, "0", "-1")).isEqualTo("user:2");
        assertThat(state("floor")).containsExactly("2-1");
        add("4-1");
        index("3-1", copy("4-1", ONE));
        assertThat(maxDeleted(ONE)).isEqualTo("2-1");
    }

    @Test
    void expiryOfALostHistoryRaisesTheFloorToAllThatWasCopied() {
        add("1-1", "2-1", "3-1");
        index("0-0", copy("1-1", ONE), copy("2-1", "user:2"), copy("3-1", "user:3"));
        REDIS.cli("DEL", history(ONE));
        REDIS.cli("ZADD", CHANNELS, "5", ONE);
        assertThat(expire(60_000, ONE)).isEqualTo("1");
        assertThat(state("floor")).containsExactly("3-1");
    }

    @Test
    void expiryLeavesAKeyOfAnotherTypeAlone() {
        add("1-1", "2-1");
        REDIS.cli("SET", history(ONE), "mine");
        index("0-0", copy("1-1", ONE), copy("2-1", "user:2"));
        REDIS.cli("ZADD", CHANNELS, "5", ONE);
        assertThat(expire(60_000, ONE)).isEqualTo("1");
        assertThat(state("floor")).containsExactly("2-1");
        assertThat(REDIS.cli("GET", history(ONE))).isEqualTo("mine");
    }

    @Test
    void aHigherFloorStays() {
        add("1-1");
        index("0-0", copy("1-1", ONE));
        REDIS.cli("HSET", STATE, "floor", "9-9");
        REDIS.cli("ZADD", CHANNELS, "5", ONE);
        expire(60_000, ONE);
        assertThat(state("floor")).containsExactly("9-9");
        REDIS.cli("DEL", STATE);
        REDIS.cli("ZADD", CHANNELS, "5", ONE);
        assertThat(expire(60_000, ONE)).as("without a state").isEqualTo("0");
    }

    @Test
    void aLeaseIsOfOneUntilItEndsOrIsGivenBack() {
        assertThat(lease("a", 60_000)).isEqualTo("1");
        assertThat(lease("b", 60_000)).isEqualTo("0");
        assertThat(lease("a", 90_000)).isEqualTo("1");
        assertThat(Long.parseLong(REDIS.cli("PTTL", LEASE))).isBetween(60_001L, 90_000L);
        assertThat(lease("b", 0)).isEqualTo("0");
        assertThat(lease("a", 0)).isEqualTo("0");
        assertThat(lease("b", 60_000)).isEqualTo("1");
        REDIS.cli("DEL", LEASE);
        REDIS.cli("LPUSH", LEASE, "a stranger's");
        assertThat(lease("a", 60_000)).isEqualTo("1");
    }

    private static List<String> copy(String id, String channel) {
        return event(id, channel, "1");
    }

    private static List<String> event(String id, String channel, String payload) {
        return List.of(id, channel, "4", "channel", channel, "payload", payload);
    }

    private static List<String> skip(String id) {
        return List.of(id, "0", "0");
    }

    @SafeVarargs
    private List<String> index(String from, List<String>... entries) {
        return index("first", server(), from, entries);
    }

    /// @param entries as the script takes them, but with channels in place of their histories' numbers
    @SafeVarargs
    private List<String> index(String epoch, String replid, String from, List<String>... entries) {
        List<String> channels = Arrays.stream(entries)
                .map(entry -> entry.get(1))
                .filter(channel -> channel.contains(":"))
                .distinct()
                .toList();
        List<String> keys = new ArrayList<>(List.of(EVENTS, STATE, CHANNELS, REJECTED));
        channels.forEach(channel -> keys.add(history(channel)));
        List<String> arguments = new ArrayList<>(List.of(
                epoch,
                replid,
                from,
                Integer.toString(length),
                Integer.toString(bytes),
                "1000",
                Integer.toString(channels.size())));
        arguments.addAll(channels);
        for (List<String> entry : entries) {
            List<String> numbered = new ArrayList<>(entry);
            if (channels.contains(entry.get(1))) {
                numbered.set(1, Integer.toString(channels.indexOf(entry.get(1)) + 1));
            }
            arguments.addAll(numbered);
        }
        return eval(IndexScripts.INDEX, keys, arguments.toArray(String[]::new));
    }

    private static List<String> trim(long ageMs, long entries, long bytes) {
        return eval(
                IndexScripts.TRIM,
                List.of(EVENTS, STATE),
                Long.toString(ageMs),
                Long.toString(entries),
                Long.toString(bytes),
                "10000",
                "0");
    }

    private static List<String> stale(long ageMs) {
        return eval(IndexScripts.STALE, List.of(CHANNELS), Long.toString(ageMs), "100");
    }

    private static String expire(long ageMs, String... channels) {
        List<String> keys = new ArrayList<>(List.of(STATE, CHANNELS));
        List<String> arguments = new ArrayList<>(List.of(Long.toString(ageMs)));
        for (String channel : channels) {
            keys.add(history(channel));
            arguments.add(channel);
        }
        return eval(IndexScripts.EXPIRE, keys, arguments.toArray(String[]::new)).getFirst();
    }

    private static String lease(String holder, long ms) {
        return eval(IndexScripts.LEASE, List.of(LEASE), holder, Long.toString(ms))
                .getFirst();
    }

    private static String history(String channel) {
        return Keys.history(0, Channel.parse(channel));
    }

    private static List<String> ids(String channel) {
        return eval(
                "local ids = {} for i, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do ids[i] = entry[1] end"
                        + " return ids",
                List.of(history(channel)));
    }

    private static String maxDeleted(String channel) {
        List<String> info =
                REDIS.cli("XINFO", "STREAM", history(channel)).lines().toList();
        return info.get(info.indexOf("max-deleted-entry-id") + 1);
    }

    private static List<String> state(String... fields) {
        List<String> command = new ArrayList<>(List.of("HMGET", STATE));
        command.addAll(List.of(fields));
        return REDIS.cli(command.toArray(String[]::new)).lines().toList();
    }

    private static void add(String... ids) {
        eval("for _, id in ipairs(ARGV) do redis.call('XADD', KEYS[1], id, 'a', 'b') end", List.of(EVENTS), ids);
    }

    /// Entries whose ids are of 1970, and so older than any retention.
    private static void fill(int from, int to) {
        add(IntStream.rangeClosed(from, to).mapToObj(ms -> ms + "-1").toArray(String[]::new));
    }

    private static String server() {
        return REDIS.replid();
    }

    private static List<String> eval(String script, List<String> keys, String... arguments) {
        List<String> command = new ArrayList<>(List.of("EVAL", script, Integer.toString(keys.size())));
        command.addAll(keys);
        command.addAll(List.of(arguments));
        return REDIS.cli(command.toArray(String[]::new)).lines().toList();
    }
}
