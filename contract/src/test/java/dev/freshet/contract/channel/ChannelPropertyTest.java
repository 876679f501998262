package dev.freshet.contract.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.ContractViolation;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChannelPropertyTest {

    /// Few letters, so that prefixes meet.
    private static Arbitrary<String> names(int least) {
        return Arbitraries.strings().withChars("ab-").ofMinLength(least).ofMaxLength(4);
    }

    @Provide
    Arbitrary<Channel> channels() {
        return Combinators.combine(Arbitraries.of(ChannelKind.class), names(1)).as(Channel::new);
    }

    @Provide
    Arbitrary<ChannelPattern> patterns() {
        Arbitrary<ChannelPattern> prefixes = Combinators.combine(Arbitraries.of(ChannelKind.class), names(0))
                .as((kind, name) -> new ChannelPattern(kind, name, true));
        return Arbitraries.oneOf(
                prefixes, channels().map(channel -> new ChannelPattern(channel.kind(), channel.name(), false)));
    }

    @Provide
    Arbitrary<String> nearly() {
        Arbitrary<String> kinds = Arbitraries.of("user", "room", "broadcast", "document", "users", "", "User");
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.strings().withChars("ab.@_-*: \n\u00e9").ofMaxLength(6),
                Arbitraries.strings().withChars('a').ofMinLength(126).ofMaxLength(130),
                Arbitraries.of("me", "notifications", "me*", "*", "**"));
        return Arbitraries.oneOf(
                Combinators.combine(kinds, names).as((kind, name) -> kind + ":" + name),
                Arbitraries.strings().ofMaxLength(20));
    }

    @Property
    void aChannelReadsAsItIsWritten(@ForAll("channels") Channel channel) {
        assertThat(Channel.parse(channel.toString())).isEqualTo(channel);
    }

    @Property
    void aPatternReadsAsItIsWritten(@ForAll("patterns") ChannelPattern pattern) {
        assertThat(ChannelPattern.parse(pattern.toString())).isEqualTo(pattern);
    }

    @Property(tries = 5000)
    void anyTextIsReadAsItStandsOrRefused(@ForAll("nearly") String text) {
        try {
            assertThat(Channel.parse(text)).hasToString(text);
        } catch (ContractViolation refused) {
            assertThat(refused.field()).isEqualTo("channel");
        }
        try {
            assertThat(ChannelPattern.parse(text)).hasToString(text);
        } catch (ContractViolation refused) {
            assertThat(refused.field()).isEqualTo("pattern");
        }
    }

    @Property(tries = 5000)
    void whatACoveredPatternMatchesTheCoveringOneMatches(
            @ForAll("patterns") ChannelPattern wide,
            @ForAll("patterns") ChannelPattern narrow,
            @ForAll("channels") Channel channel) {
        if (wide.covers(narrow) && narrow.matches(channel)) {
            assertThat(wide.matches(channel)).isTrue();
        }
    }

    @Property(tries = 5000)
    void aPatternCoversAChannelIfItMatchesIt(
            @ForAll("patterns") ChannelPattern pattern, @ForAll("channels") Channel channel) {
        ChannelPattern exact = new ChannelPattern(channel.kind(), channel.name(), false);
        assertThat(pattern.covers(exact)).isEqualTo(pattern.matches(channel));
        assertThat(new Grants(List.of(pattern)).allow(channel)).isEqualTo(pattern.matches(channel));
    }

    @Property
    void coveringIsAnOrder(
            @ForAll("patterns") ChannelPattern a,
            @ForAll("patterns") ChannelPattern b,
            @ForAll("patterns") ChannelPattern c) {
        assertThat(a.covers(a)).isTrue();
        if (a.covers(b) && b.covers(a)) {
            assertThat(a).isEqualTo(b);
        }
        if (a.covers(b) && b.covers(c)) {
            assertThat(a.covers(c)).isTrue();
        }
    }

    /// What narrowing builds on: of two patterns that overlap, one contains the other.
    @Property(tries = 5000)
    void patternsThatShareAChannelAreNested(
            @ForAll("patterns") ChannelPattern a,
            @ForAll("patterns") ChannelPattern b,
            @ForAll("channels") Channel channel) {
        if (a.matches(channel) && b.matches(channel)) {
            assertThat(a.covers(b) || b.covers(a)).isTrue();
        }
    }
}
