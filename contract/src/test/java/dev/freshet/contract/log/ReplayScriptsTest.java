package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a channel had, on a real Redis.
class ReplayScriptsTest {

    private static final RedisServer REDIS = RedisServer.start();
    private static final Channel CHANNEL = Channel.parse("user:1");
    private static final String EVENTS = Keys.events(0);
    private static final String STATE = Keys.state(0);
    private static final String HISTORY = Keys.history(0, CHANNEL);
    private static final String CHANNELS = Keys.channels(0);
    private static final String SERVER = REDIS.replid();

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void logOfNineEntries() {
        REDIS.cli("FLUSHALL");
        for (int i = 1; i <= 9; i++) {
            add(EVENTS, i + "-0", i % 3 == 0 ? "user:2" : "user:1");
        }
        state("indexed", "5-0", "count", "5");
        for (int i : new int[] {1, 2, 4, 5}) {
            add(HISTORY, i + "-0", "user:1");
        }
        REDIS.cli("ZADD", CHANNELS, "1", "user:1");
    }

    @Test
    void historyAnswersUpToWhatWasCopied() {
        assertThat(page("1-0", "9-0")).containsExactly("history", "5-0", "2-0", "4-0", "5-0");
    }

    @Test
    void aPageEndsWithItsLastEntryWhereThereMayBeMore() {
        assertThat(page("0-0", "9-0", "2", "100")).containsExactly("history", "2-0", "1-0", "2-0");
        assertThat(page("5-0", "9-0", "100", "2")).containsExactly("log", "7-0", "7-0");
    }

    @Test
    void historyAnswersUpToTheWindowOnly() {
        assertThat(page("1-0", "4-0")).containsExactly("history", "4-0", "2-0", "4-0");
    }

    @Test
    void whatWasNotCopiedYetComesFromTheLogWithoutEphemeralEvents() {
        REDIS.cli("XADD", EVENTS, "10-0", "channel", "user:1", "type", "t", "payload", "1", "ephemeral", "1");
        assertThat(page("5-0", "10-0")).containsExactly("log", "10-0", "7-0", "8-0");
    }

    @Test
    void belowAHoleTheLogAnswersWhileItIsWhole() {
        state("hole", "3-0");
        assertThat(page("1-0", "9-0")).containsExactly("scan", "9-0", "2-0", "4-0", "5-0", "7-0", "8-0");
        REDIS.cli("XTRIM", EVENTS, "MINID", "3-0");
        assertThat(page("1-0", "9-0")).containsExactly("trimmed");
        assertThat(page("3-0", "9-0")).startsWith("history");
    }

    @Test
    void aTrimmedHistoryDoesNotAnswerForWhatItLost() {
        REDIS.cli("XDEL", HISTORY, "1-0", "2-0");
        REDIS.cli("XTRIM", EVENTS, "MINID", "5-0");
        assertThat(page("1-0", "9-0")).containsExactly("trimmed");
        assertThat(page("2-0", "9-0")).containsExactly("history", "5-0", "4-0", "5-0");
    }

    @Test
    void aChannelThatNeverHadAHistoryHadNothingAboveTheFloor() {
        REDIS.cli("DEL", HISTORY);
        REDIS.cli("ZREM", CHANNELS, "user:1");
        REDIS.cli("XTRIM", EVENTS, "MINID", "5-0");
        assertThat(page("1-0", "9-0")).containsExactly("history", "5-0");
        state("floor", "2-0");
        assertThat(page("1-0", "9-0")).containsExactly("trimmed");
        assertThat(page("2-0", "9-0")).containsExactly("history", "5-0");
    }

    @Test
    void aHistoryThatAStrangerTookAwayAnswersNothing() {
        REDIS.cli("XTRIM", EVENTS, "MINID", "5-0");
        REDIS.cli("DEL", HISTORY);
        assertThat(page("2-0", "9-0")).containsExactly("trimmed");
        REDIS.cli("SET", HISTORY, "text");
        assertThat(page("2-0", "9-0")).containsExactly("trimmed");
    }

    @Test
    void aLogWithSomethingDeletedBehindThePlaceIsNotWhole() {
        REDIS.cli("XDEL", EVENTS, "7-0");
        assertThat(page("5-0", "9-0")).containsExactly("trimmed");
        assertThat(page("7-0", "9-0")).containsExactly("log", "9-0", "8-0");
    }

    @Test
    void aLogThatWasTrimmedNoFurtherThanWhatWasCopiedIsWholeBehindIt() {
        REDIS.cli("XTRIM", EVENTS, "MINID", "6-0");
        assertThat(page("5-0", "9-0")).containsExactly("log", "9-0", "7-0", "8-0");
        REDIS.cli("XTRIM", EVENTS, "MINID", "8-0");
        assertThat(page("5-0", "9-0")).containsExactly("trimmed");
    }

    @Test
    void whatTheLogLostBehindHistoriesIsToldAtOnce() {
        REDIS.cli("XDEL", EVENTS, "7-0");
        assertThat(page("1-0", "9-0")).containsExactly("trimmed");
        assertThat(page("1-0", "5-0")).startsWith("history");
    }

    @Test
    void anotherEpochServerOrLogIsAChange() {
        state("epoch", "other");
        assertThat(page("1-0", "9-0")).containsExactly("changed");
        state("epoch", "epoch", "replid", "other");
        assertThat(page("1-0", "9-0")).containsExactly("changed");
        state("replid", SERVER, "indexed", "99-0");
        assertThat(page("1-0", "9-0")).containsExactly("changed");
        REDIS.cli("FLUSHALL");
        assertThat(page("1-0", "9-0")).containsExactly("changed");
    }

    @Test
    void theNewestComeFromTheLogAndThenFromHistory() {
        assertThat(newest("9-0", "10", "")).containsExactly("8-0", "7-0", "5-0", "4-0", "2-0", "1-0");
        assertThat(newest("9-0", "3", "")).containsExactly("8-0", "7-0", "5-0");
        assertThat(newest("4-0", "3", "")).containsExactly("4-0", "2-0", "1-0");
        assertThat(newest("9-0", "3", "other")).isEmpty();
    }

    @Test
    void theNewestOfATypeAreFoundBehindManyOthers() {
        REDIS.cli("XADD", HISTORY, "5-1", "channel", "user:1", "type", "rare", "payload", "1");
        for (int i = 0; i < 250; i++) {
            add(HISTORY, "6-" + i, "user:1");
        }
        state("indexed", "7-0");
        assertThat(newest("9-0", "2", "rare")).containsExactly("5-1");
    }

    private static void add(String key, String id, String channel) {
        REDIS.cli("XADD", key, id, "channel", channel, "type", "t", "payload", "1");
    }

    private static void state(String... fields) {
        List<String> command = new ArrayList<>(List.of("HSET", STATE, "epoch", "epoch", "replid", SERVER));
        command.addAll(List.of(fields));
        REDIS.cli(command.toArray(String[]::new));
    }

    private static List<String> page(String after, String upTo) {
        return page(after, upTo, "100", "100");
    }

    private static List<String> page(String after, String upTo, String entries, String looked) {
        return ids(REDIS.cli(
                "EVAL",
                ReplayScripts.PAGE,
                "4",
                EVENTS,
                STATE,
                HISTORY,
                CHANNELS,
                "user:1",
                "epoch",
                after,
                upTo,
                entries,
                looked));
    }

    private static List<String> newest(String upTo, String count, String type) {
        return ids(REDIS.cli(
                "EVAL", ReplayScripts.NEWEST, "3", EVENTS, STATE, HISTORY, "user:1", upTo, count, type, "100"));
    }

    /// Outcome and ids, without the fields of entries.
    private static List<String> ids(String answer) {
        return answer.lines()
                .filter(line -> line.matches("\\d+-\\d+|history|log|scan|trimmed|changed|ERR.*|.*error.*"))
                .toList();
    }
}
