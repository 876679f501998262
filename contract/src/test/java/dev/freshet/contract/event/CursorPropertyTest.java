package dev.freshet.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CursorPropertyTest {

    @Provide
    Arbitrary<EventId> ids() {
        Arbitrary<StreamId> positions =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(StreamId::new);
        Arbitrary<String> epochs =
                Arbitraries.strings().alpha().numeric().ofMinLength(4).ofMaxLength(16);
        return Combinators.combine(Arbitraries.integers().between(0, Limits.MAX_PARTITIONS - 1), positions, epochs)
                .as(EventId::new);
    }

    @Provide
    Arbitrary<Cursor> cursors() {
        return ids().list()
                .ofMinSize(1)
                .ofMaxSize(Limits.MAX_PARTITIONS)
                .uniqueElements(EventId::partition)
                .map(Cursor::join);
    }

    /// Text of a cursor's letters, and cursors with something changed.
    @Provide
    Arbitrary<String> nearly() {
        Arbitrary<String> letters =
                Arbitraries.strings().withChars("0123456789-~._abZ+ \n").ofMaxLength(40);
        Arbitrary<String> mutated = Combinators.combine(
                        cursors().map(Cursor::toString),
                        Arbitraries.integers().between(0, 200),
                        Arbitraries.strings().withChars("0123456789-~._abZ+ \n").ofMaxLength(2))
                .as((text, at, with) -> {
                    int place = at % text.length();
                    return text.substring(0, place) + with + text.substring(Math.min(text.length(), place + at % 2));
                });
        return Arbitraries.oneOf(letters, mutated, Arbitraries.strings().ofMaxLength(40));
    }

    @Property
    void aStreamIdReadsAsItIsWritten(@ForAll long ms, @ForAll long seq) {
        StreamId id = new StreamId(ms, seq);
        assertThat(StreamId.parse(id.toString())).isEqualTo(id);
    }

    @Property
    void anEventIdReadsAsItIsWritten(@ForAll("ids") EventId id) {
        assertThat(EventId.parse(id.toString())).isEqualTo(id);
        assertThat(Cursor.parse(id.toString())).isEqualTo(Cursor.of(id));
    }

    @Property
    void aCursorReadsAsItIsWritten(@ForAll("cursors") Cursor cursor) {
        assertThat(cursor.toString())
                .hasSizeLessThanOrEqualTo(Limits.MAX_CURSOR_LENGTH)
                .matches("[A-Za-z0-9._~-]+");
        assertThat(Cursor.parse(cursor.toString())).isEqualTo(cursor);
        for (EventId position : cursor.positions()) {
            assertThat(cursor.in(position.partition())).isEqualTo(position);
        }
    }

    /// Stops two spellings of one cursor, and what is none from being read as one: no text makes the reader fail.
    @Property(tries = 10_000)
    void whatIsReadHasNoOtherSpelling(@ForAll("nearly") String text) {
        try {
            assertThat(Cursor.parse(text)).hasToString(text);
        } catch (ContractViolation refused) {
            assertThat(refused.field()).isEqualTo("cursor");
        }
        try {
            assertThat(EventId.parse(text)).hasToString(text);
        } catch (ContractViolation refused) {
            assertThat(refused.field()).isEqualTo("cursor");
        }
        StreamId id = StreamId.parse(text);
        assertThat(id == null || id.toString().equals(text)).isTrue();
    }

    @Property
    void theOrderIsThatOfUnsignedNumbers(@ForAll long a, @ForAll long b, @ForAll long c, @ForAll long d) {
        int byMs = Long.compareUnsigned(a, c);
        assertThat(Integer.signum(new StreamId(a, b).compareTo(new StreamId(c, d))))
                .isEqualTo(Integer.signum(byMs != 0 ? byMs : Long.compareUnsigned(b, d)));
        assertThat(List.of(new StreamId(a, b), StreamId.ZERO)).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }
}
