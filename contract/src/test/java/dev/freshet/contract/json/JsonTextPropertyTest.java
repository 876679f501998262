package dev.freshet.contract.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// The scanner against Jackson.
class JsonTextPropertyTest {

    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.MAX_PAYLOAD_DEPTH)
                    .build())
            .build();

    private static final ObjectMapper TREE =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Provide
    Arbitrary<String> json() {
        return JsonArbitraries.json();
    }

    /// JSON with bytes changed, left out or added: near enough to be taken for it.
    @Provide
    Arbitrary<byte[]> mutated() {
        return JsonArbitraries.json().flatMap(text -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return net.jqwik.api.Combinators.combine(
                            Arbitraries.integers().between(0, Math.max(0, bytes.length - 1)),
                            Arbitraries.integers().between(0, 2),
                            bytesOfJson())
                    .as((at, how, with) -> mutate(bytes, at, how, with));
        });
    }

    @Property
    void whatIsJsonIsAccepted(@ForAll("json") String text) {
        assertThat(isJson(text.getBytes(StandardCharsets.UTF_8))).isTrue();
        JsonText.payload(text);
    }

    /// Stops JSON that passes our check and is read otherwise, or not at all, by the parsers of followers.
    @Property(tries = 10_000)
    void itAgreesWithJacksonOnWhatIsNearlyJson(@ForAll("mutated") byte[] bytes) {
        assertThat(accepts(bytes)).isEqualTo(isJson(bytes));
    }

    /// Stops the same by any bytes.
    @Property
    void itAgreesWithJacksonOnAnyBytes(@ForAll @Size(max = 12) byte[] bytes) {
        assertThat(accepts(bytes)).isEqualTo(isJson(bytes));
    }

    /// Stops numbers that take a parser long, or that it refuses.
    @Example
    void aNumberHasNoMoreDigitsThanJacksonTakes() throws IOException {
        int most = Limits.MAX_NUMBER_DIGITS;
        for (String number : java.util.List.of(
                "9".repeat(most),
                "-" + "9".repeat(most),
                "0." + "1".repeat(most - 1),
                "-9." + "1".repeat(most - 3) + "e+10")) {
            assertThat(accepts(number.getBytes(StandardCharsets.UTF_8)))
                    .as(number)
                    .isTrue();
            assertThat(TREE.readTree(number).isNumber()).as(number).isTrue();
            String longer = number.replaceFirst("(1|9)", "$10");
            assertThat(accepts(longer.getBytes(StandardCharsets.UTF_8)))
                    .as(longer)
                    .isFalse();
        }
        assertThatExceptionOfType(StreamConstraintsException.class)
                .isThrownBy(() -> TREE.readTree("9".repeat(most + 1)));
    }

    /// Stops bytes that are no UTF-8, which end a WebSocket, from getting into a payload.
    @Property
    void itAgreesWithTheDecoderOnUtf8InsideOfStrings(@ForAll @Size(min = 1, max = 6) byte[] bytes) {
        byte[] quoted = new byte[bytes.length + 2];
        quoted[0] = '"';
        System.arraycopy(bytes, 0, quoted, 1, bytes.length);
        quoted[quoted.length - 1] = '"';
        assertThat(accepts(quoted)).isEqualTo(isJson(quoted));
    }

    @Property
    void minifiedItMeansTheSame(@ForAll("json") String text) throws IOException {
        assertThat(TREE.readTree(JsonText.payload(text).utf8())).isEqualTo(TREE.readTree(text));
    }

    @Property
    void minifyingTwiceChangesNothing(@ForAll("json") String text) {
        JsonText once = JsonText.payload(text);
        assertThat(JsonText.payload(once.utf8())).isEqualTo(once);
    }

    @Property
    void noWhiteSpaceIsLeftOutsideOfStrings(@ForAll("json") String text) {
        boolean quoted = false;
        byte[] bytes = JsonText.payload(text).utf8();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '"') {
                quoted = !quoted;
            } else if (bytes[i] == '\\') {
                i++;
            } else {
                assertThat(!quoted && bytes[i] <= ' ').isFalse();
            }
            assertThat(bytes[i]).isNotIn((byte) '\n', (byte) '\r');
        }
    }

    @Property
    void aPartOfAnArrayIsReadAlone(@ForAll("json") String text, @ForAll @Size(max = 5) byte[] around) {
        byte[] inner = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[inner.length + 2 * around.length];
        System.arraycopy(around, 0, all, 0, around.length);
        System.arraycopy(inner, 0, all, around.length, inner.length);
        System.arraycopy(around, 0, all, around.length + inner.length, around.length);
        assertThat(JsonText.payload(all, around.length, around.length + inner.length))
                .isEqualTo(JsonText.payload(text));
    }

    /// Stops text that is too deep or too large for those who read it.
    @Example
    void depthAndSizeAreBounded() {
        JsonText.payload("[".repeat(64) + "]".repeat(64));
        refused("[".repeat(65) + "]".repeat(65));
        JsonText.payload("{\"a\":".repeat(64) + "1" + "}".repeat(64));
        refused("{\"a\":".repeat(65) + "1" + "}".repeat(65));
        refused("[".repeat(1_000_000));
        JsonText.payload("\"" + "a".repeat(Limits.MAX_PAYLOAD_BYTES - 2) + "\"");
        refused("\"" + "a".repeat(Limits.MAX_PAYLOAD_BYTES - 1) + "\"");
        assertThat(JsonText.payload(" ".repeat(100_000) + "1").utf8()).hasSize(1);
    }

    private static void refused(String text) {
        assertThatExceptionOfType(ContractViolation.class).isThrownBy(() -> JsonText.payload(text));
    }

    private static Arbitrary<Byte> bytesOfJson() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .withChars("{}[]\",:\\/0123456789+-.eEtrufalsn \t\n\r\u0000\u001f")
                        .ofLength(1)
                        .map(one -> (byte) one.charAt(0)),
                Arbitraries.bytes());
    }

    private static byte[] mutate(byte[] bytes, int at, int how, byte with) {
        return switch (how) {
            case 0 -> {
                byte[] copy = bytes.clone();
                copy[at] = with;
                yield copy;
            }
            case 1 -> {
                byte[] less = Arrays.copyOf(bytes, bytes.length - 1);
                System.arraycopy(bytes, at + 1, less, at, bytes.length - at - 1);
                yield less;
            }
            default -> {
                byte[] more = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, more, at + 1, bytes.length - at);
                more[at] = with;
                yield more;
            }
        };
    }

    /// Whether the scanner takes it. Whatever it throws but a violation fails the test.
    private static boolean accepts(byte[] bytes) {
        try {
            JsonText.payload(bytes);
            return true;
        } catch (ContractViolation refused) {
            return false;
        }
    }

    private static boolean isJson(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            try (JsonParser parser = STRICT.createParser(text)) {
                if (parser.nextToken() == null) {
                    return false;
                }
                parser.skipChildren();
                parser.finishToken();
                return parser.nextToken() == null;
            }
        } catch (CharacterCodingException notUtf8) {
            return false;
        } catch (IOException notJson) {
            return false;
        }
    }
}
