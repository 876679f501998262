package dev.freshet.contract.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonArbitraries;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// What comes out of Redis for a ticket is a record or none: somebody else may have written there.
class TicketRecordPropertyTest {

    @Provide
    Arbitrary<TicketRecord> records() {
        Arbitrary<List<String>> grants = Arbitraries.of("room:*", "room:a", "user:bob", "document:x*", "broadcast:*")
                .list()
                .ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .withChars("_.@-")
                                .ofMinLength(1)
                                .ofMaxLength(20),
                        Arbitraries.strings().ofMaxLength(20).injectNull(0.3),
                        grants,
                        grants,
                        Arbitraries.strings().ofMaxLength(9).list().ofMaxSize(3),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as((user, name, subscribe, publish, groups, issued, expires) -> new TicketRecord(
                        user.equals("me") ? "you" : user,
                        name,
                        Grants.parse(subscribe),
                        Grants.parse(publish),
                        groups,
                        issued,
                        expires));
    }

    /// Records with something changed, with other JSON in a field, and other JSON altogether.
    @Provide
    Arbitrary<String> nearly() {
        Arbitrary<String> texts = records().map(record -> new String(record.toJson(), StandardCharsets.UTF_8));
        Arbitrary<String> mutated = Combinators.combine(
                        texts,
                        Arbitraries.integers().between(0, 500),
                        Arbitraries.strings().withChars("{}[]\",:\\ 0ue").ofMaxLength(2))
                .as((text, at, with) -> {
                    int place = at % text.length();
                    return text.substring(0, place) + with + text.substring(Math.min(text.length(), place + at % 2));
                });
        Arbitrary<String> fields = Combinators.combine(
                        Arbitraries.of("userId", "name", "subscribe", "publish", "groups", "issuedAt", "expiresAt"),
                        JsonArbitraries.json())
                .as((name, value) -> "{\"userId\":\"ada\",\"subscribe\":[],\"publish\":[],\"groups\":[],\"issuedAt\":1,"
                        + "\"expiresAt\":2,\"" + name + "\":" + value + "}");
        return Arbitraries.oneOf(
                mutated, fields, JsonArbitraries.json(), Arbitraries.strings().ofMaxLength(40));
    }

    @Property
    void aRecordReadsAsItIsWritten(@ForAll("records") TicketRecord record) {
        assertThat(TicketRecord.parse(new String(record.toJson(), StandardCharsets.UTF_8)))
                .isEqualTo(record);
    }

    @Example
    void halfACharacterIsReplaced() {
        String json = "{\"userId\":\"ada\",\"name\":\"a\\ud800b\",\"subscribe\":[],\"publish\":[],"
                + "\"groups\":[\"\\udc00\"],\"issuedAt\":1,\"expiresAt\":2}";
        TicketRecord record = TicketRecord.parse(json);
        assertThat(record.name()).isEqualTo("a?b");
        assertThat(record.groups()).containsExactly("?");
    }

    @Property(tries = 5000)
    void whatIsReadIsARecordOrARefusal(@ForAll("nearly") String json) {
        TicketRecord record;
        try {
            record = TicketRecord.parse(json);
        } catch (ContractViolation refused) {
            assertThat(refused.field()).isIn("ticket", "userId", "pattern", "channel");
            return;
        }
        assertThat(Names.isUserId(record.userId())).isTrue();
        assertThat(record.expiresAt()).isNotNegative();
        assertThat(record.issuedAt()).isNotNegative();
        assertThat(TicketRecord.parse(new String(record.toJson(), StandardCharsets.UTF_8)))
                .isEqualTo(record);
    }

    @Property
    void aTicketHasOneForm(@ForAll @Size(max = 50) String text) {
        assertThat(Ticket.isWellFormed(text)).isEqualTo(text.matches("[A-Za-z0-9_-]{43}"));
    }
}
