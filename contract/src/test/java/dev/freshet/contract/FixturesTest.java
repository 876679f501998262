package dev.freshet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.freshet.contract.Fixtures.Fixture;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.contract.message.ClientMessageReader;
import dev.freshet.contract.ticket.TicketRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Schema, fixtures and code say the same.
class FixturesTest {

    private static final String ID = "https://freshet.dev/schema/";

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(FixturesTest::schemaText));

    /// What Freshet itself may append, and a producer may not. The reader refuses these until a feature appends
    /// them.
    private static final Map<String, String> VALID_BUT_REFUSED = Map.of(
            "platform-content-update", "a reserved type",
            "platform-cursor-move", "a reserved type",
            "platform-presence-changed", "a reserved type",
            "platform-user-joined", "a reserved type",
            "platform-user-left", "a reserved type");

    /// What Redis cannot hold, for a field's value is always text there, and what readers forgive.
    private static final Map<String, String> INVALID_BUT_NOT_REFUSED = Map.of(
            "array-of-pairs", "not fields with names",
            "ephemeral-boolean", "not text",
            "ephemeral-number", "not text",
            "ephemeral-zero", "plain to understand, though Freshet never writes it",
            "payload-null", "not text",
            "payload-object", "not text",
            "traceparent-number", "not text",
            "unknown-field-not-a-string", "not text");

    static List<Fixture> valid() {
        return Fixtures.valid();
    }

    static List<Fixture> invalid() {
        return Fixtures.invalid();
    }

    static List<Fixture> validClientMessages() {
        return Fixtures.valid("client-message");
    }

    static List<Fixture> invalidClientMessages() {
        return Fixtures.invalid("client-message");
    }

    static List<Fixture> validCursors() {
        return Fixtures.valid("cursor");
    }

    static Stream<Fixture> invalidCursors() {
        return Fixtures.invalid("cursor").stream()
                .filter(fixture -> fixture.json().isTextual());
    }

    static List<Fixture> validChannels() {
        return Fixtures.valid("channel");
    }

    static Stream<Fixture> invalidChannels() {
        return Fixtures.invalid("channel").stream()
                .filter(fixture -> fixture.json().isTextual());
    }

    static Stream<Fixture> validEntries() {
        return Fixtures.valid("stream-entry").stream()
                .filter(fixture -> !VALID_BUT_REFUSED.containsKey(fixture.name()));
    }

    static Stream<Fixture> platformEntries() {
        return Fixtures.valid("stream-entry").stream().filter(fixture -> VALID_BUT_REFUSED.containsKey(fixture.name()));
    }

    static Stream<Fixture> invalidEntries() {
        return Fixtures.invalid("stream-entry").stream()
                .filter(fixture -> !INVALID_BUT_NOT_REFUSED.containsKey(fixture.name()));
    }

    static List<Fixture> validTicketRecords() {
        return Fixtures.valid("ticket-record");
    }

    static List<Fixture> invalidTicketRecords() {
        return Fixtures.invalid("ticket-record");
    }

    @ParameterizedTest
    @MethodSource("valid")
    void theSchemaAcceptsWhatIsValid(Fixture fixture) {
        assertThat(schema(fixture).validate(fixture.json())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void theSchemaRefusesWhatIsNot(Fixture fixture) {
        assertThat(schema(fixture).validate(fixture.json())).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aFixtureIsOneLine(Fixture fixture) {
        assertThat(fixture.text()).endsWith("\n").doesNotContain("\r").matches("[^\n]+\n");
    }

    @ParameterizedTest
    @MethodSource("validClientMessages")
    void theServerUnderstandsAValidClientMessage(Fixture fixture) {
        assertThat(ClientMessageReader.read(fixture.text())).isNotInstanceOf(ClientMessage.Invalid.class);
    }

    @ParameterizedTest
    @MethodSource("invalidClientMessages")
    void theServerRefusesAnInvalidClientMessage(Fixture fixture) {
        assertThat(ClientMessageReader.read(fixture.text())).isInstanceOf(ClientMessage.Invalid.class);
    }

    @ParameterizedTest
    @MethodSource("validCursors")
    void aValidCursorIsReadAndWrittenAlike(Fixture fixture) {
        String text = fixture.json().textValue();
        assertThat(Cursor.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @MethodSource("invalidCursors")
    void anInvalidCursorIsRefused(Fixture fixture) {
        assertThatExceptionOfType(ContractViolation.class)
                .isThrownBy(() -> Cursor.parse(fixture.json().textValue()))
                .satisfies(violation -> assertThat(violation.field()).isEqualTo("cursor"));
    }

    @ParameterizedTest
    @MethodSource("validChannels")
    void aValidChannelIsReadAndWrittenAlike(Fixture fixture) {
        String text = fixture.json().textValue();
        assertThat(Channel.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @MethodSource("invalidChannels")
    void anInvalidChannelIsRefused(Fixture fixture) {
        assertThatExceptionOfType(ContractViolation.class)
                .isThrownBy(() -> Channel.parse(fixture.json().textValue()))
                .satisfies(violation -> assertThat(violation.field()).isEqualTo("channel"));
    }

    @ParameterizedTest
    @MethodSource("validEntries")
    void aValidEntryOfTheLogIsAnEvent(Fixture fixture) {
        assertThat(read(fixture.json())).isInstanceOf(Entry.Valid.class);
    }

    @ParameterizedTest
    @MethodSource("platformEntries")
    void anEntryOfAReservedTypeIsNot(Fixture fixture) {
        assertThat(read(fixture.json())).isInstanceOf(Entry.Malformed.class);
    }

    @ParameterizedTest
    @MethodSource("invalidEntries")
    void anInvalidEntryOfTheLogIsMalformed(Fixture fixture) {
        assertThat(read(fixture.json())).isInstanceOf(Entry.Malformed.class);
    }

    @Test
    void everyListedExceptionExists() {
        assertThat(Fixtures.valid("stream-entry").stream().map(Fixture::name)).containsAll(VALID_BUT_REFUSED.keySet());
        assertThat(Fixtures.invalid("stream-entry").stream().map(Fixture::name))
                .containsAll(INVALID_BUT_NOT_REFUSED.keySet());
    }

    @ParameterizedTest
    @MethodSource("validTicketRecords")
    void aTicketRecordIsReadAndWrittenAlike(Fixture fixture) {
        assertThat(TicketRecord.parse(fixture.text()).toJson()).isEqualTo(fixture.golden());
    }

    @ParameterizedTest
    @MethodSource("invalidTicketRecords")
    void anInvalidTicketRecordIsAViolationAtWorst(Fixture fixture) {
        assertThatCode(() -> {
                    try {
                        TicketRecord.parse(fixture.text());
                    } catch (ContractViolation expected) {
                        assertThat(expected).isNotNull();
                    }
                })
                .doesNotThrowAnyException();
    }

    private static Entry read(JsonNode fields) {
        EntryReader reader = new EntryReader(new Partitions(1), 0, () -> "secret");
        fields.properties()
                .forEach(field ->
                        reader.field(utf8(field.getKey()), utf8(field.getValue().textValue())));
        return reader.read();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Schema schema(Fixture fixture) {
        return SCHEMAS.getSchema(SchemaLocation.of(ID + fixture.schema() + ".schema.json"));
    }

    private static String schemaText(String id) {
        try {
            return Files.readString(Path.of("schema").resolve(id.substring(ID.length())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
