package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ContractViolation;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever stands in `If-Match` and `If-None-Match`: it names versions in the form that the script of edits takes,
/// or it is refused by the header's name.
///
/// Stops headers that would reach the script as something else.
class VersionTagsPropertyTest {

    @Provide
    Arbitrary<List<String>> headers() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of(
                        "\"3\"", "W/\"3\"", "\"007\"", "\"a,3\"", "*", ",", "\"", " ", "\t", "W/", "3", "\\", "\u0000"),
                Arbitraries.of(
                        "\"9007199254740991\"", "\"99999999999999999999\"", "\"é\"", "\"\ud83d\ude00\"", "\"\ud800\""),
                Arbitraries.strings().ofMaxLength(3));
        return piece.list()
                .ofMaxSize(6)
                .map(pieces -> String.join("", pieces))
                .list()
                .ofMaxSize(3);
    }

    @Property(tries = 10_000)
    void anyHeadersAreVersionsOrARefusal(@ForAll("headers") List<String> headers) {
        boolean strong = true;
        try {
            assertThat(VersionTags.ifMatch(headers)).matches("\\*||,((0|[1-9][0-9]{0,15}),)*");
        } catch (ContractViolation violation) {
            assertThat(violation.field()).isEqualTo("If-Match");
            strong = false;
        }
        try {
            assertThat(VersionTags.ifNoneMatch(headers)).matches("\\*||,((0|[1-9][0-9]{0,15}),)*");
            assertThat(strong).isTrue();
        } catch (ContractViolation violation) {
            assertThat(violation.field()).isEqualTo("If-None-Match");
            assertThat(strong).isFalse();
        }
    }
}
