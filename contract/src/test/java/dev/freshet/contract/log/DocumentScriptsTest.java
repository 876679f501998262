package dev.freshet.contract.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.Limits;
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
class DocumentScriptsTest {

    private static final RedisServer REDIS = RedisServer.start();

    private static final String EVENTS = Keys.events(0);
    private static final String STATE = Keys.state(0);
    private static final String DOCUMENT = Keys.document(0, "spec");
    private static final String CURSOR = Keys.cursor(0, "spec", "ada");
    private static final String KEY = Keys.idempotency(0, "k");

    /// Longer than this test.
    private static final String LONG = "3600000";

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void forget() {
        REDIS.cli("FLUSHALL");
    }

    @Test
    void everyEditMakesTheNextVersionAndAnEventThatIsFreshetsOwn() {
        assertThat(edit("\"a\"", "", "")).containsExactly("saved", "1");
        assertThat(edit("{\"b\":1.0}", "", "")).containsExactly("saved", "2");
        assertThat(eval(DocumentScripts.READ, List.of(DOCUMENT))).containsExactly("{\"b\":1.0}", "2");
        assertThat(events())
                .containsExactly(
                        update("{\"content\":\"a\",\"version\":1,\"userId\":\"ada\"}"),
                        update("{\"content\":{\"b\":1.0},\"version\":2,\"userId\":\"ada\"}"));
        assertThat(REDIS.cli("HMGET", STATE, "epoch", "secret").lines()).containsExactly("epoch", "secret");
    }

    @Test
    void anEditOfAnotherVersionThanWantedChangesNothing() {
        edit("1", "", "");
        edit("2", "", "");
        for (String stale : List.of(",", ",1,", ",0,", ",3,", ",1,3,", ",12,", ",22,")) {
            assertThat(edit("3", stale, "")).as(stale).containsExactly("stale", "2");
        }
        assertThat(edit("3", "", ",2,")).containsExactly("stale", "2");
        assertThat(edit("3", "", "*")).containsExactly("stale", "2");
        assertThat(edit("3", ",2,", ",2,")).containsExactly("stale", "2");
        assertThat(eval(DocumentScripts.READ, List.of(DOCUMENT))).containsExactly("2", "2");
        assertThat(events()).hasSize(2);

        assertThat(edit("3", ",1,2,", ",1,")).containsExactly("saved", "3");
        assertThat(edit("4", "*", "")).containsExactly("saved", "4");
    }

    @Test
    void aMissingDocumentHasVersionZeroAndIsNotThere() {
        assertThat(edit("1", ",1,", "")).containsExactly("stale", "0");
        assertThat(edit("1", "*", "")).containsExactly("stale", "0");
        assertThat(edit("1", "", ",0,")).containsExactly("stale", "0");
        assertThat(REDIS.cli("DBSIZE")).isEqualTo("0");

        assertThat(edit("1", ",0,", "*")).containsExactly("saved", "1");
        assertThat(edit("2", ",0,", "")).containsExactly("stale", "1");
    }

    @Test
    void theSameRequestIsDoneOnceWhateverVersionStandsNow() {
        assertThat(edit(KEY, "print", "\"a\"", ",0,")).containsExactly("saved", "1");
        edit("\"b\"", "", "");
        assertThat(edit(KEY, "print", "\"a\"", ",0,")).containsExactly("repeated", "1");
        assertThat(edit(KEY, "other", "\"c\"", "")).containsExactly("conflict");
        assertThat(eval(DocumentScripts.READ, List.of(DOCUMENT))).containsExactly("\"b\"", "2");
        assertThat(events()).hasSize(2);
        assertThat(Long.parseLong(REDIS.cli("TTL", KEY))).isBetween(590L, 600L);
    }

    @Test
    void aRefusedEditLeavesItsKeyUnused() {
        assertThat(edit(KEY, "print", "1", ",7,")).containsExactly("stale", "0");
        assertThat(edit(KEY, "other", "1", "")).containsExactly("saved", "1");
    }

    @Test
    void anAppendAndAnEditDoNotTakeEachOthersAnswers() {
        edit(KEY, "print", "1", "");
        List<String> append = List.of("e", "secret", "1", "1", "another", "600", "2", "channel", "user:1");
        assertThat(eval(LogScripts.APPEND, List.of(EVENTS, STATE, KEY), append.toArray(String[]::new)))
                .containsExactly("conflict");
        REDIS.cli("DEL", KEY);
        eval(LogScripts.APPEND, List.of(EVENTS, STATE, KEY), append.toArray(String[]::new));
        assertThat(edit(KEY, "print", "1", "")).containsExactly("conflict");
    }

    @Test
    void aDocumentStaysUnlessItIsMeantToGo() {
        edit("1", "", "");
        assertThat(REDIS.cli("PTTL", DOCUMENT)).isEqualTo("-1");
        editKept("2", "60000");
        assertThat(Long.parseLong(REDIS.cli("PTTL", DOCUMENT))).isBetween(30_000L, 60_000L);
        editKept("3", "0");
        assertThat(REDIS.cli("PTTL", DOCUMENT)).isEqualTo("-1");
    }

    @Test
    void versionsAreExactUpToTheLargest() {
        REDIS.cli("HSET", DOCUMENT, "version", "9007199254740990", "content", "1");
        assertThat(edit("2", ",9007199254740990,", "")).containsExactly("saved", "9007199254740991");
        assertThat(events().getLast().payload().toString()).contains("\"version\":9007199254740991,");
    }

    @Test
    void theLargestContentOfTheLongestUserFitsItsEvent() {
        String content = '"' + "x".repeat(Limits.MAX_CONTENT_BYTES - 2) + '"';
        assertThat(JsonText.content(content.getBytes(UTF_8), 0, content.length())
                        .utf8())
                .hasSize(Limits.MAX_CONTENT_BYTES);
        REDIS.cli("HSET", DOCUMENT, "version", "9007199254740990", "content", "1");
        String user = "u".repeat(Limits.MAX_NAME_LENGTH);
        eval(DocumentScripts.EDIT, List.of(EVENTS, STATE, DOCUMENT), arguments("", content, "", "", "0", user));
        assertThat(events().getLast().actor()).isEqualTo(user);

        String deep = "[".repeat(Limits.MAX_CONTENT_DEPTH) + "]".repeat(Limits.MAX_CONTENT_DEPTH);
        edit(JsonText.content(deep.getBytes(UTF_8), 0, deep.length()).toString(), "", "");
        assertThat(events().getLast().payload().toString()).contains(deep);
    }

    @Test
    void aFullRedisRefusesTheWholeEditAndCanBeRead() {
        edit("1", "", "");
        REDIS.cli("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(edit(KEY, "print", "2", "").getFirst()).startsWith("OOM");
            assertThat(move("1", LONG).getFirst()).startsWith("OOM");
            assertThat(eval(DocumentScripts.READ, List.of(DOCUMENT))).containsExactly("1", "1");
        } finally {
            REDIS.cli("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(events()).hasSize(1);
    }

    @Test
    void aKeyOfAnotherTypeChangesNothing() {
        REDIS.cli("SET", DOCUMENT, "x");
        assertThat(edit("1", "", "").getFirst()).contains("WRONGTYPE");
        assertThat(REDIS.cli("EXISTS", EVENTS)).isEqualTo("0");
        REDIS.cli("DEL", DOCUMENT);
        REDIS.cli("SET", EVENTS, "x");
        assertThat(edit("1", "", "").getFirst()).contains("WRONGTYPE");
        assertThat(REDIS.cli("EXISTS", DOCUMENT)).isEqualTo("0");
    }

    @Test
    void theFirstPositionIsToldAtOnceAndIsEphemeral() {
        assertThat(move("1", LONG)).containsExactly("1", "0");
        assertThat(events()).containsExactly(moved("1"));
        assertThat(Long.parseLong(REDIS.cli("TTL", CURSOR))).isBetween(1L, 60L);
    }

    @Test
    void ofABurstOnlyTheNewestPositionWaits() {
        move("1", LONG);
        for (String line : List.of("2", "3")) {
            List<String> answer = move(line, LONG);
            assertThat(answer.getFirst()).isEqualTo("0");
            assertThat(Long.parseLong(answer.getLast())).isBetween(1L, Long.parseLong(LONG));
        }
        assertThat(comeBack().getFirst()).as("too early").isEqualTo("0");
        assertThat(events()).containsExactly(moved("1"));

        REDIS.cli("HSET", CURSOR, "at", "0");
        assertThat(comeBack()).containsExactly("1", "0");
        assertThat(comeBack()).containsExactly("0", "0");
        assertThat(events()).containsExactly(moved("1"), moved("3"));
    }

    @Test
    void aNewerPositionGoesInPlaceOfTheOneThatWaits() {
        move("1", LONG);
        move("2", LONG);
        REDIS.cli("HSET", CURSOR, "at", "0");
        assertThat(move("3", LONG)).containsExactly("1", "0");
        assertThat(comeBack()).containsExactly("0", "0");
        assertThat(events()).containsExactly(moved("1"), moved("3"));
    }

    @Test
    void aClockThatWasSetBackHoldsNothingUp() {
        move("1", LONG);
        REDIS.cli("HSET", CURSOR, "at", "99999999999999");
        assertThat(move("2", LONG)).containsExactly("1", "0");
    }

    private static List<String> edit(String content, String wanted, String unwanted) {
        return eval(
                DocumentScripts.EDIT,
                List.of(EVENTS, STATE, DOCUMENT),
                arguments("", content, wanted, unwanted, "0", "ada"));
    }

    private static List<String> edit(String key, String print, String content, String wanted) {
        return eval(
                DocumentScripts.EDIT,
                List.of(EVENTS, STATE, DOCUMENT, key),
                arguments(print, content, wanted, "", "0", "ada"));
    }

    private static void editKept(String content, String retentionMs) {
        eval(
                DocumentScripts.EDIT,
                List.of(EVENTS, STATE, DOCUMENT),
                arguments("", content, "", "", retentionMs, "ada"));
    }

    private static String[] arguments(
            String print, String content, String wanted, String unwanted, String retentionMs, String user) {
        return new String[] {
            "epoch", "secret", "1", "1", print, "600", "document:spec", user, content, wanted, unwanted, retentionMs, ""
        };
    }

    private static List<String> move(String line, String pauseMs) {
        return eval(
                DocumentScripts.MOVE,
                List.of(EVENTS, STATE, CURSOR),
                "epoch",
                "secret",
                "1",
                "1",
                "document:spec",
                "ada",
                line.isEmpty() ? "" : position(line),
                pauseMs);
    }

    private static List<String> comeBack() {
        return move("", LONG);
    }

    private static String position(String line) {
        return "{\"userId\":\"ada\",\"line\":" + line + ",\"column\":0}";
    }

    private static Event update(String payload) {
        return Event.of(Channel.document("spec"), "content-update", JsonText.payload(payload))
                .withActor("ada");
    }

    private static Event moved(String line) {
        return Event.of(Channel.document("spec"), "cursor-move", JsonText.payload(position(line)))
                .withActor("ada")
                .withEphemeral(true);
    }

    /// All of the log, each of which must be Freshet's own.
    private static List<Event> events() {
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        List<Event> events = new ArrayList<>();
        List<String> lines = REDIS.cli("XRANGE", EVENTS, "-", "+").lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches("[0-9]+-[0-9]+")) {
                if (i > 0) {
                    events.add(valid(reader));
                }
            } else {
                reader.field(lines.get(i).getBytes(UTF_8), lines.get(++i).getBytes(UTF_8));
            }
        }
        events.add(valid(reader));
        return events;
    }

    private static Event valid(EntryReader reader) {
        Entry entry = reader.read();
        assertThat(entry).isInstanceOf(Entry.Valid.class);
        return ((Entry.Valid) entry).event();
    }

    private static List<String> eval(String script, List<String> keys, String... arguments) {
        List<String> command = new ArrayList<>(List.of("EVAL", script, Integer.toString(keys.size())));
        command.addAll(keys);
        command.addAll(List.of(arguments));
        return REDIS.cli(command.toArray(String[]::new)).lines().toList();
    }
}
