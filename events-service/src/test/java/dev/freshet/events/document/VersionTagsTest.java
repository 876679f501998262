package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.freshet.contract.ContractViolation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTagsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"3\" | ,3,",
                "\"0\" | ,0,",
                "\"3\",\"4\" | ,3,4,",
                "  \"3\" ,\t\"4\"  | ,3,4,",
                ",, \"3\" ,, | ,3,",
                "\"a,3,b\", \"4\" | ,4,",
                "\"9007199254740991\" | ,9007199254740991,",
                "* | *",
                "` * ` | *",
                // Well-formed, and no version.
                "`` | ,",
                "\"\" | ,",
                "\"abc\" | ,",
                "\"007\" | ,",
                "\"-1\" | ,",
                "\"*\" | ,",
                "\"3,4\" | ,",
                "\"é\" | ,",
                "\"99999999999999999\" | ,",
                "\"W/3\" | ,",
            })
    void strongTagsNameVersions(String header, String versions) {
        assertThat(VersionTags.ifMatch(List.of(header))).isEqualTo(versions);
        assertThat(VersionTags.ifNoneMatch(List.of(header))).isEqualTo(versions);
    }

    @Test
    void weakTagsNameThemInIfNoneMatchOnly() {
        assertThat(VersionTags.ifMatch(List.of("W/\"3\", \"4\""))).isEqualTo(",4,");
        assertThat(VersionTags.ifNoneMatch(List.of("W/\"3\", \"4\""))).isEqualTo(",3,4,");
    }

    @Test
    void severalHeadersAreOneListAndNoneIsNoWish() {
        assertThat(VersionTags.ifMatch(List.of("\"3\"", "\"4\""))).isEqualTo(",3,4,");
        assertThat(VersionTags.ifMatch(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3",
                "\"3",
                "3\"",
                "'3'",
                "w/\"3\"",
                "W/ \"3\"",
                "\"3\" \"4\"",
                "\"3\";\"4\"",
                "*,\"3\"",
                "**",
                "\"3\"\"",
                "\"3 4\"",
                "\"3\u0000\"",
                "\"\u007f\"",
                "\"3\", 4"
            })
    void whatIsNoListOfTagsIsRefused(String header) {
        assertThatExceptionOfType(ContractViolation.class)
                .isThrownBy(() -> VersionTags.ifMatch(List.of(header)))
                .satisfies(violation -> assertThat(violation.field()).isEqualTo("If-Match"));
        assertThatExceptionOfType(ContractViolation.class).isThrownBy(() -> VersionTags.ifMatch(List.of("*", "*")));
    }

    @Test
    void aLongHeaderIsReadInOneGo() {
        String many = "\"3\", ".repeat(100_000);
        assertThat(VersionTags.ifMatch(List.of(many))).hasSize(1 + 2 * 100_000);
        assertThatExceptionOfType(ContractViolation.class)
                .isThrownBy(() -> VersionTags.ifMatch(List.of('"' + "x".repeat(1_000_000))));
    }
}
