package dev.freshet.contract.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.json.JsonText;
import dev.freshet.testkit.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts, on a real Redis.
class LogScriptsTest {

    private static final RedisServer REDIS = RedisServer.start();

    private static final String EVENTS = Keys.events(0);
    private static final String STATE = Keys.state(0);
    private static final String KEY = Keys.idempotency(0, "k");

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        REDIS.cli("FLUSHALL");
    }

    @Test
    void anAppendOpensTheStateAndAnswersTheIds() {
        List<String> answer = append("first", List.of(), "", entry("user:1"), entry("user:2"));
        assertThat(answer).hasSize(4).startsWith("appended", "first");
        assertThat(REDIS.cli("XRANGE", EVENTS, "-", "+").lines())
                .containsSubsequence(answer.get(2), "user:1", answer.get(3), "user:2");
        assertThat(REDIS.cli("HGETALL", STATE).lines())
                .containsExactly(
                        "epoch", "first", "secret", "secret", "partitions", "1", "layout", "1", "replid", server());
    }

    @Test
    void theServerSaysHowItIsSetUp() {
        try (RedisServer other =
                RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "yes")) {
            List<String> told =
                    other.cli("EVAL", LogScripts.SERVER, "1", STATE).lines().toList();
            assertThat(told).hasSize(4).endsWith("104857600", "allkeys-lru", "1");
            assertThat(other.cli("INFO", "server")).contains("redis_version:" + told.getFirst());
        }
        assertThat(eval(LogScripts.SERVER, List.of(STATE))).endsWith("0", "noeviction", "0");
    }

    @Test
    void onlyAnEntryWithTheProofOfTheScriptIsFreshetsOwn() {
        List<String> fields = List.of("channel", "room:1", "type", "user-joined", "payload", "{}", "proof", "");
        append("first", List.of(), "", fields);
        List<String> entry =
                REDIS.cli("XRANGE", EVENTS, "-", "+").lines().skip(1).toList();
        Event event = Event.of(Channel.parse("room:1"), "user-joined", JsonText.payload("{}"));
        assertThat(read(entry, "secret")).isEqualTo(new Entry.Valid(event, entry.get(7)));

        assertThat(read(entry, "another")).isInstanceOf(Entry.Malformed.class);
        assertThat(read(entry, "")).isInstanceOf(Entry.Malformed.class);
        assertThat(read(entry.subList(0, 6), "secret")).isInstanceOf(Entry.Malformed.class);
        for (int part : new int[] {1, 3, 5}) {
            List<String> other = new ArrayList<>(entry);
            other.set(part, List.of("room:2", "user-left", "{\"a\":1}").get(part / 2));
            assertThat(read(other, "secret")).isInstanceOf(Entry.Malformed.class);
        }
    }

    @Test
    void aProofMakesNoOrdinaryTypeAnOwnOne() {
        append("first", List.of(), "", List.of("channel", "room:1", "type", "t", "payload", "{}", "proof", ""));
        List<String> entry =
                REDIS.cli("XRANGE", EVENTS, "-", "+").lines().skip(1).toList();
        Event event = Event.of(Channel.parse("room:1"), "t", JsonText.payload("{}"));
        assertThat(read(entry, "secret")).isEqualTo(new Entry.Valid(event, ""));
    }

    @Test
    void theFirstEpochStays() {
        append("first", List.of(), "", entry("user:1"));
        assertThat(append("second", List.of(), "", entry("user:1"))).startsWith("appended", "first");
    }

    @Test
    void theSameRequestIsAppendedOnce() {
        List<String> first = append("first", List.of(KEY), "print", entry("user:1"), entry("user:2"));
        List<String> again = append("other", List.of(KEY), "print", entry("user:1"), entry("user:2"));
        assertThat(first.getFirst()).isEqualTo("appended");
        assertThat(again.getFirst()).isEqualTo("repeated");
        assertThat(again.subList(1, again.size())).isEqualTo(first.subList(1, first.size()));
        assertThat(REDIS.cli("XLEN", EVENTS)).isEqualTo("2");
        assertThat(Long.parseLong(REDIS.cli("TTL", KEY))).isBetween(590L, 600L);
    }

    @Test
    void theSameKeyForAnotherRequestIsAConflict() {
        append("first", List.of(KEY), "print", entry("user:1"));
        assertThat(append("first", List.of(KEY), "other", entry("user:2"))).containsExactly("conflict");
        assertThat(REDIS.cli("XLEN", EVENTS)).isEqualTo("1");
    }

    @Test
    void aFullRedisRefusesTheWholeAppend() {
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(append("first", List.of(KEY), "print", entry("user:1")).getFirst())
                    .startsWith("OOM");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(REDIS.cli("DBSIZE")).isEqualTo("0");
    }

    @Test
    void theFactsOfAnEmptyLogMakeNothing() {
        assertThat(facts())
                .containsExactly("", "", "", "", "", "", "", "", "", server(), "0-0", "0-0", "0", "0", "0-0");
        assertThat(REDIS.cli("DBSIZE")).isEqualTo("0");
    }

    @Test
    void aStateIsMadeOnce() {
        assertThat(open("first")).containsExactly("first");
        assertThat(open("second")).containsExactly("first");
        assertThat(facts())
                .containsExactly(
                        "1", "1", "first", server(), "", "", "", "", "", server(), "0-0", "0-0", "0", "0", "0-0");
    }

    @Test
    void theFactsNameTheLastIdEvenIfItsEntryIsGone() {
        String id = append("first", List.of(), "", entry("user:1")).getLast();
        REDIS.cli("XTRIM", EVENTS, "MAXLEN", "0");
        assertThat(facts()).endsWith(id, "0-0", "1", "0", "0-0");
    }

    @Test
    void theFactsNameTheGreatestIdThatSomebodyDeleted() {
        String deleted = append("first", List.of(), "", entry("user:1")).getLast();
        String last = append("first", List.of(), "", entry("user:1")).getLast();
        REDIS.cli("XDEL", EVENTS, deleted);
        assertThat(facts()).endsWith(last, deleted, "2", "1", last);
    }

    @Test
    void theFactsOfALogThatAProducerBeganHaveItsLastId() {
        String id = REDIS.cli("XADD", EVENTS, "*", "channel", "user:1");
        assertThat(facts()).endsWith(id, "0-0", "1", "1", id);
    }

    @Test
    void theFactsCanBeReadWhenRedisIsFull() {
        open("first");
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(facts()).contains("first");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @Test
    void aFullRedisCanBeGivenANewEpoch() {
        open("first");
        REDIS.cli("HSET", STATE, "replid", "before");
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(renew("first", "before", "second")).startsWith("renewed", "second");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @Test
    void afterARestartTheOldEpochIsSharedUpToWhatWasCopied() {
        open("first");
        add("5-0", "7-0", "9-0");
        REDIS.cli("HSET", STATE, "indexed", "5-0", "count", "1", "replid", "before");
        assertThat(renew("first", "before", "second")).containsExactly("renewed", "second", "first 5-0");
        assertThat(facts().subList(2, 5)).containsExactly("second", server(), "first 5-0");
    }

    @Test
    void whatAReaderHasInCommonIsSharedToo() {
        open("first");
        add("5-0", "7-0", "9-0");
        REDIS.cli("HSET", STATE, "indexed", "5-0", "count", "1", "replid", "before");
        assertThat(renew("first", "before", "second", "first", "7-0", "9-0", "3"))
                .containsExactly("renewed", "second", "first 7-0");
        assertThat(renew("second", server(), "third", "first", "9-0", "9-0", "3"))
                .containsExactly("raised", "second", "first 9-0");
        assertThat(renew("second", server(), "third", "first", "7-0", "9-0", "3"))
                .containsExactly("raised", "second", "first 9-0");
        assertThat(renew("second", server(), "third", "older", "5-0", "5-0", "1"))
                .containsExactly("raised", "second", "first 9-0 older 5-0");
    }

    @Test
    void onlyTheLastEightForksAreKept() {
        open("e0");
        for (int i = 1; i <= 10; i++) {
            REDIS.cli("HSET", STATE, "replid", "before");
            renew("e" + (i - 1), "before", "e" + i);
        }
        assertThat(facts().get(4)).isEqualTo("e2 0-0 e3 0-0 e4 0-0 e5 0-0 e6 0-0 e7 0-0 e8 0-0 e9 0-0");
    }

    @Test
    void whoComesTooLateChangesNothing() {
        open("first");
        List<String> before = facts();
        assertThat(renew("other", server(), "second").getFirst()).isEqualTo("changed");
        assertThat(renew("first", "other", "second").getFirst()).isEqualTo("changed");
        assertThat(facts()).isEqualTo(before);
    }

    @Test
    void aLogThatEndsBeforeWhatWasCopiedIsAnother() {
        open("first");
        add("5-0");
        REDIS.cli("HSET", STATE, "indexed", "6-0", "count", "3", "forks", "zero 1-0", "hole", "2-0");
        assertThat(renew("first", server(), "second")).containsExactly("another", "second");
        assertThat(facts().subList(2, 9)).containsExactly("second", server(), "", "0-0", "0", "6-0", "6-0");
    }

    @Test
    void aLogWithFewerGoneThanAReaderCountedIsAnother() {
        open("first");
        add("5-0", "7-0");
        assertThat(renew("first", server(), "second", "first", "", "3-0", "4")).containsExactly("another", "second");
        assertThat(renew("second", server(), "third", "second", "", "5-0", "1")).containsExactly("raised", "second");
    }

    @Test
    void aLogThatEndsBeforeWhatWasReadOfItLostItsEndIfItHasAnEntryOfThat() {
        open("first");
        add("5-0");
        REDIS.cli("HSET", STATE, "replid", "before");
        assertThat(renew("first", "before", "second", "first", "5-0", "7-0", "2"))
                .containsExactly("renewed", "second", "first 5-0");
    }

    @Test
    void aClaimIsItsRequestsAlone() {
        assertThat(eval(LogScripts.CLAIM, List.of(KEY), "print", "600")).containsExactly("1");
        assertThat(eval(LogScripts.CLAIM, List.of(KEY), "print", "600")).containsExactly("1");
        assertThat(eval(LogScripts.CLAIM, List.of(KEY), "other", "600")).containsExactly("0");
        assertThat(Long.parseLong(REDIS.cli("TTL", KEY))).isBetween(590L, 600L);
    }

    private static List<String> append(String epoch, List<String> more, String print, List<?>... entries) {
        List<String> keys = new ArrayList<>(List.of(EVENTS, STATE));
        keys.addAll(more);
        List<String> arguments = new ArrayList<>(List.of(epoch, "secret", "1", "1", print, "600"));
        for (List<?> entry : entries) {
            arguments.add(Integer.toString(entry.size()));
            entry.forEach(argument -> arguments.add(String.valueOf(argument)));
        }
        return eval(LogScripts.APPEND, keys, arguments.toArray(String[]::new));
    }

    private static List<String> entry(String channel) {
        return List.of("channel", channel, "type", "t", "payload", "{\"a\":1}");
    }

    private static Entry read(List<String> fields, String secret) {
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> secret);
        for (int i = 0; i < fields.size(); i += 2) {
            reader.field(fields.get(i).getBytes(UTF_8), fields.get(i + 1).getBytes(UTF_8));
        }
        return reader.read();
    }

    private static List<String> open(String epoch) {
        return eval(LogScripts.OPEN, List.of(STATE), epoch, "secret", "1", "1");
    }

    /// Without the secret at their end.
    private static List<String> facts() {
        return eval(LogScripts.FACTS, List.of(EVENTS, STATE)).subList(0, 15);
    }

    private static List<String> renew(String epoch, String replid, String offered, String... own) {
        List<String> arguments = new ArrayList<>(List.of(epoch, replid, server(), offered));
        arguments.addAll(own.length == 0 ? List.of("", "", "", "0") : List.of(own));
        return eval(LogScripts.RENEW, List.of(EVENTS, STATE), arguments.toArray(String[]::new));
    }

    private static void add(String... ids) {
        for (String id : ids) {
            REDIS.cli("XADD", EVENTS, id, "channel", "user:1");
        }
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
