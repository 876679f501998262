package dev.freshet.contract.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.json.JsonArbitraries;
import dev.freshet.contract.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class EntryReaderPropertyTest {

    @Provide
    Arbitrary<List<Tuple.Tuple2<byte[], byte[]>>> fields() {
        Arbitrary<byte[]> random = Arbitraries.bytes().array(byte[].class).ofMaxSize(20);
        Arbitrary<byte[]> names = Arbitraries.oneOf(
                Arbitraries.of("channel", "type", "payload", "actor", "ephemeral", "exclude", "traceparent", "other")
                        .map(EntryReaderPropertyTest::utf8),
                random);
        Arbitrary<byte[]> values = Arbitraries.oneOf(
                Arbitraries.of("user:1", "room:a", "t", "{}", "1", "0", "ada", "me", "gap", "[", "\"\\")
                        .map(EntryReaderPropertyTest::utf8),
                random);
        return Combinators.combine(names, values).as(Tuple::of).list().ofMaxSize(9);
    }

    @Provide
    Arbitrary<String> json() {
        return JsonArbitraries.json();
    }

    /// Stops a producer, who may write any bytes, from ending a pod's reading of the log.
    @Property(tries = 5000)
    void noBytesMakeTheReaderThrow(@ForAll("fields") List<Tuple.Tuple2<byte[], byte[]>> fields) {
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        fields.forEach(field -> reader.field(field.get1(), field.get2()));
        assertThat(reader.read()).isNotNull();
        // And nothing of one entry is left for the next.
        assertThat(reader.read()).isInstanceOf(Entry.Malformed.class);
        reader.field(utf8("channel"), utf8("user:1"));
        reader.field(utf8("type"), utf8("t"));
        reader.field(utf8("payload"), utf8("{}"));
        assertThat(reader.read())
                .isEqualTo(new Entry.Valid(Event.of(Channel.user("1"), "t", JsonText.payload("{}")), ""));
    }

    @Property(tries = 1000)
    void whatAnEntryIsDoesNotDependOnThoseBeforeIt(
            @ForAll("fields") List<Tuple.Tuple2<byte[], byte[]>> first,
            @ForAll("fields") List<Tuple.Tuple2<byte[], byte[]>> second) {
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        for (var fields : List.of(first, second, first, second)) {
            EntryReader fresh = new EntryReader(new Partitions(1), 0, () -> "secret");
            fields.forEach(field -> reader.field(field.get1(), field.get2()));
            fields.forEach(field -> fresh.field(field.get1(), field.get2()));
            assertThat(reader.read()).isEqualTo(fresh.read());
        }
    }

    @Property
    void whatIsWrittenIsRead(@ForAll("json") String payload, @ForAll boolean ephemeral, @ForAll boolean known) {
        Event event = Event.of(Channel.room("lobby"), "chat-message", JsonText.payload(payload))
                .withActor(known ? "ada" : null)
                .withExclude(known ? "bob" : null)
                .withEphemeral(ephemeral)
                .withTraceparent(known ? "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" : null);
        List<byte[]> arguments = new ArrayList<>();
        EntryFields.write(event, arguments::add);
        assertThat(arguments).hasSize(EntryFields.arguments(event));
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        for (int i = 0; i < arguments.size(); i += 2) {
            reader.field(arguments.get(i), arguments.get(i + 1));
        }
        assertThat(reader.read()).isEqualTo(new Entry.Valid(event, ""));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
