package dev.freshet.contract.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.json.JsonArbitraries;
import dev.freshet.contract.json.JsonText;
import java.nio.charset.Charset;
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

class ClientMessageReaderPropertyTest {

    @Provide
    Arbitrary<String> json() {
        return JsonArbitraries.json();
    }

    @Provide
    Arbitrary<String> nearly() {
        Arbitrary<String> message = JsonArbitraries.json()
                .map(payload -> "{\"type\":\"subscribe\",\"id\":\"m1\",\"payload\":" + payload + "}");
        return Combinators.combine(
                        Arbitraries.oneOf(message, JsonArbitraries.json()),
                        Arbitraries.integers().between(0, 500),
                        Arbitraries.strings().withChars("{}[]\",:\\ 0ue").ofMaxLength(2))
                .as((text, at, with) -> {
                    int place = at % text.length();
                    return text.substring(0, place) + with + text.substring(Math.min(text.length(), place + at % 2));
                });
    }

    @Property
    void aPayloadIsTakenOutExactlyAsItStandsWhereverItStands(@ForAll("json") String payload) {
        ClientMessage expected =
                new ClientMessage.RoomMessage("m1", Channel.room("lobby"), JsonText.payload(payload), true);
        String rest = "\"type\":\"room-message\",\"room\":\"lobby\",\"id\":\"m1\"";
        assertThat(ClientMessageReader.read("{\"payload\":" + payload + "," + rest + "}"))
                .isEqualTo(expected);
        assertThat(ClientMessageReader.read("{" + rest + ",\"payload\":" + payload + "}"))
                .isEqualTo(expected);
        assertThat(ClientMessageReader.read(" { \"é😀\" : [1] , " + rest + " ,\"payload\" :" + payload + " } \n"))
                .isEqualTo(expected);
    }

    @Example
    void theTypesWithAMeaningOfTheirOwnAreThose() {
        for (String type : ClientMessageReader.TYPES) {
            assertThat(ClientMessageReader.read("{\"type\":\"" + type + "\",\"payload\":{}}"))
                    .isNotInstanceOf(ClientMessage.Inbound.class);
        }
        assertThat(ClientMessageReader.read("{\"type\":\"order\",\"payload\":{}}"))
                .isInstanceOf(ClientMessage.Inbound.class);
    }

    /// Stops messages made up to make the service fail, and with it the answer to their id.
    @Property(tries = 5000)
    void nothingMakesTheReaderThrow(@ForAll("nearly") String text) {
        assertThat(ClientMessageReader.read(text)).isNotNull();
    }

    @Property
    void noBytesMakeTheReaderThrow(@ForAll @Size(max = 30) byte[] bytes) {
        assertThat(ClientMessageReader.read(bytes)).isInstanceOf(ClientMessage.class);
    }

    /// Jackson would read these as UTF-16 and UTF-32, where a payload's place in bytes is none.
    @Example
    void textThatLooksLikeAnotherEncodingIsNoMessage() {
        String message = "{\"type\":\"leave-room\",\"payload\":\"x\"}";
        for (Charset charset : List.of(
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE,
                StandardCharsets.UTF_32LE,
                StandardCharsets.UTF_32BE)) {
            assertThat(ClientMessageReader.read(message.getBytes(charset))).isInstanceOf(ClientMessage.Invalid.class);
        }
        assertThat(ClientMessageReader.read("\ufeff" + message)).isInstanceOf(ClientMessage.Invalid.class);
        assertThat(ClientMessageReader.read(message)).isInstanceOf(ClientMessage.LeaveRoom.class);
    }

    @Example
    void theIdBehindAPayloadThatIsTooMuchIsFound() {
        for (String payload : List.of(
                "[".repeat(60_000) + "]".repeat(60_000),
                "{\"a\":".repeat(20_000) + "1" + "}".repeat(20_000),
                "9".repeat(120_000),
                "-0." + "1".repeat(120_000) + "e+1",
                "{\"" + "x".repeat(120_000) + "\":1}",
                "\"" + "x".repeat(120_000) + "\"")) {
            String message = "{\"type\":\"room-message\",\"room\":\"a\",\"payload\":" + payload + ",\"id\":\"last\"}";
            assertThat(ClientMessageReader.read(message))
                    .isInstanceOfSatisfying(ClientMessage.Invalid.class, invalid -> {
                        assertThat(invalid.id()).isEqualTo("last");
                        assertThat(invalid.reason()).startsWith("payload ");
                    });
        }
    }

    /// RFC 8259 leaves it open; Jackson refuses it, so it must at least be an answer.
    @Example
    void halfASurrogatePairInANameIsNoMessageButNoFailureEither() {
        String payload = "{\"\\ud800\":1}";
        assertThat(JsonText.payload(payload)).hasToString(payload);
        assertThat(ClientMessageReader.read(
                        "{\"type\":\"room-message\",\"room\":\"lobby\",\"payload\":" + payload + "}"))
                .isInstanceOf(ClientMessage.Invalid.class);
    }

    @Property
    void anyTextIsAnswered(@ForAll String text) {
        assertThat(ClientMessageReader.read(text)).isNotNull();
    }
}
