package dev.freshet.ticket.issue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.ChannelPattern;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// Whatever stands in the body of a request for a ticket: it asks for patterns or for everything, or it is refused
/// with 400.
///
/// Stops bodies made up to be read as more than they ask for, or to make the service fail.
class TicketRequestPropertyTest {

    private static final Set<ProblemType> REFUSALS = Set.of(ProblemType.INVALID_REQUEST, ProblemType.MALFORMED_JSON);

    @Provide
    Arbitrary<String> bodies() {
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.of(
                        "\"room:a\"",
                        "\"room:*\"",
                        "\"room:a*\"",
                        "\"*\"",
                        "\"user:me\"",
                        "\"room:a*b\"",
                        "\"\\ud800\""),
                Arbitraries.of(
                        "null", "true", "1", "1e99999999999", "9".repeat(1001), "{}", "[]", "\"\"", "\"\\u0000\""),
                Arbitraries.of("[".repeat(500) + "]".repeat(500), "[".repeat(2000), "{\"a\":".repeat(2000)),
                Arbitraries.strings().ofMaxLength(6).map(text -> '"' + text + '"'));
        Arbitrary<String> list = value.list().ofMaxSize(30).map(values -> '[' + String.join(",", values) + ']');
        Arbitrary<String> body = Combinators.combine(
                        Arbitraries.of("channels", "channels\":[\"room:a\"],\"channels", "other", ""),
                        Arbitraries.oneOf(list, value))
                .as((name, asked) -> "{\"" + name + "\":" + asked + '}');
        return Combinators.combine(
                        Arbitraries.oneOf(body, value),
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.strings()
                                .withChars("{}[]\",:\\ 0ue-.\u0000\ufeff")
                                .ofMaxLength(2))
                .as((text, at, with) -> at > 200
                        ? text
                        : text.substring(0, at % (text.length() + 1))
                                + with
                                + text.substring(at % (text.length() + 1)));
    }

    @Property(tries = 10_000)
    void anyBodyIsReadOrRefused(@ForAll("bodies") String body) {
        parse(body.getBytes(StandardCharsets.UTF_8));
    }

    @Property
    void anyBytesAreReadOrRefused(@ForAll @Size(max = 40) byte[] body) {
        parse(body);
    }

    private static void parse(byte[] body) {
        try {
            TicketRequest.parse(body)
                    .channels()
                    .ifPresent(channels -> assertThat(channels)
                            .isNotEmpty()
                            .allMatch(pattern ->
                                    ChannelPattern.parse(pattern.toString()).equals(pattern)));
        } catch (ProblemException refused) {
            assertThat(refused.problem().type()).isIn(REFUSALS);
            assertThat(refused.problem().errors()).hasSizeLessThanOrEqualTo(20);
        }
    }
}
