package dev.freshet.service.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class EntryParserTest {

    private final EntryParser parser = new EntryParser();

    @Provide
    Arbitrary<List<Entries.Recorded>> replies() {
        Arbitrary<String> text =
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(12);
        Arbitrary<String> name =
                Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.of("channel", "type", "payload")), Tuple.of(1, text));
        Arbitrary<List<String>> fields = Combinators.combine(name, text)
                .as(List::of)
                .list()
                .ofMaxSize(20)
                .map(pairs -> pairs.stream().flatMap(List::stream).toList());
        return Combinators.combine(Arbitraries.longs().greaterOrEqual(0), fields)
                .as((id, values) -> new Entries.Recorded(id + "-" + id % 7, values))
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    @Property
    void takesTheEntriesInWhateverPiecesTheyComeAndLeavesWhatFollows(
            @ForAll("replies") List<Entries.Recorded> first,
            @ForAll("replies") List<Entries.Recorded> second,
            @ForAll boolean map,
            @ForAll Random random) {
        String follows = "*2\r\n:1\r\n$2\r\nok\r\n";
        for (List<Entries.Recorded> reply : List.of(first, second)) {
            Entries entries = new Entries();
            String text = reply(reply, map) + follows;
            int at = 0;
            EntryParser.Outcome outcome = EntryParser.Outcome.MORE;
            while (outcome == EntryParser.Outcome.MORE) {
                int next = Math.min(text.length(), at + 1 + random.nextInt(40));
                outcome = take(text.substring(at, next), entries);
                at = next;
            }
            assertThat(outcome).isEqualTo(EntryParser.Outcome.DONE);
            assertThat(entries.whole).isEqualTo(reply);
            assertThat(parser.entries()).isEqualTo(reply.size());
            assertThat(rest() + text.substring(at)).isEqualTo(follows);
        }
    }

    @Example
    void leavesRepliesThatAreNoEntries() {
        for (String reply : List.of(
                "*-1\r\n",
                "_\r\n",
                "-WRONGTYPE Operation against a key\r\n",
                "$-1\r\n",
                ":7\r\n",
                "*0\r\n",
                "*2\r\n:1\r\n:2\r\n",
                "%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n")) {
            Entries entries = new Entries();
            int at = 0;
            EntryParser.Outcome outcome = EntryParser.Outcome.MORE;
            while (outcome == EntryParser.Outcome.MORE) {
                outcome = take(reply.substring(at, ++at), entries);
            }
            assertThat(outcome).as(reply).isEqualTo(EntryParser.Outcome.OTHER);
            assertThat(rest() + reply.substring(at)).isEqualTo(reply);
            assertThat(entries.whole).isEmpty();
        }
    }

    @Example
    void refusesWhatBreaksTheForm() {
        String head = "*1\r\n*2\r\n$1\r\nk\r\n";
        for (String reply : List.of(
                head + "*1\r\n*3\r\n$3\r\n1-1\r\n*0\r\n",
                head + "*1\r\n*2\r\n$3\r\n1_1\r\n*0\r\n",
                head + "*1\r\n*2\r\n$3\r\n1-1\r\n*1\r\n$1\r\na\r\n",
                head + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nabc\r\n$1\r\nb\r\n",
                head + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$-1\r\n$1\r\nb\r\n",
                head + "*1\r\n*2\r\n$99999999999\r\n",
                head + "*0\r\n",
                head + "$1\r\na\r\n",
                "*1\r\n*3\r\n",
                "*1\r\n*2\r\n:1\r\n",
                "*1x\r\n")) {
            assertThatRuntimeException()
                    .as(reply)
                    .isThrownBy(() -> new EntryParser()
                            .take(Unpooled.copiedBuffer(reply, StandardCharsets.ISO_8859_1), new Entries()));
        }
    }

    @Example
    void doesNotKeepTheRoomOfAnEntryThatWasHuge() {
        Entries entries = new Entries();
        String huge = "x".repeat(3_000_000);
        List<Entries.Recorded> reply = List.of(new Entries.Recorded("1-1", List.of("payload", huge)));
        assertThat(take(reply(reply, false), entries)).isEqualTo(EntryParser.Outcome.DONE);
        assertThat(entries.whole).isEqualTo(reply);
        assertThat(rest()).isEmpty();
        assertThat(parser.room()).isZero();
    }

    private EntryParser.Outcome take(String piece, Entries entries) {
        return parser.take(Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1), entries);
    }

    private String rest() {
        return new String(parser.rest(), StandardCharsets.ISO_8859_1);
    }

    private static String reply(List<Entries.Recorded> entries, boolean map) {
        List<String> each = new ArrayList<>();
        for (Entries.Recorded entry : entries) {
            StringBuilder fields = new StringBuilder("*" + entry.fields().size() + "\r\n");
            entry.fields().forEach(field -> fields.append(text(field)));
            each.add("*2\r\n" + text(entry.id()) + fields);
        }
        return (map ? "%1\r\n" : "*1\r\n*2\r\n") + text("events:{0}") + "*" + each.size() + "\r\n"
                + String.join("", each);
    }

    private static String text(String value) {
        return "$" + value.length() + "\r\n" + value + "\r\n";
    }
}
