package dev.freshet.contract.json;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// JSON text of all shapes, with white space wherever it may stand.
public final class JsonArbitraries {

    private JsonArbitraries() {}

    public static Arbitrary<String> json() {
        return value(4);
    }

    private static Arbitrary<String> value(int depth) {
        Arbitrary<String> scalar = Arbitraries.oneOf(string(), number(), Arbitraries.of("true", "false", "null"));
        Arbitrary<String> some = depth == 0
                ? scalar
                : Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(3, scalar),
                        net.jqwik.api.Tuple.of(1, array(depth - 1)),
                        net.jqwik.api.Tuple.of(1, object(depth - 1)));
        return Combinators.combine(space(), some, space()).as((before, text, behind) -> before + text + behind);
    }

    private static Arbitrary<String> array(int depth) {
        return Combinators.combine(value(depth).list().ofMaxSize(4), space())
                .as((values, space) -> values.isEmpty() ? "[" + space + "]" : "[" + String.join(",", values) + "]");
    }

    private static Arbitrary<String> object(int depth) {
        Arbitrary<String> member = Combinators.combine(space(), name(), space(), value(depth))
                .as((before, name, behind, value) -> before + name + behind + ":" + value);
        return Combinators.combine(member.list().ofMaxSize(4), space())
                .as((List<String> members, String space) -> members.isEmpty()
                        ? "{" + space + "}"
                        : members.stream().collect(Collectors.joining(",", "{", "}")));
    }

    /// Without half a surrogate pair: Jackson refuses that in a name, if it reads bytes, and nowhere else.
    private static Arbitrary<String> name() {
        return string().map(text -> text.replace("\\ud800", "\\ud7ff"));
    }

    private static Arbitrary<String> string() {
        Arbitrary<String> part = Arbitraries.oneOf(
                Arbitraries.of("\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\uD83D\\uDE00", "\\ud800", "\\t", "\\b"),
                Arbitraries.of(" ", "{", "}", "[", "]", ",", ":", "é", "Ω", "😀", "\u2028", "\u007f", "'"),
                Arbitraries.strings().alpha().numeric().ofMaxLength(6));
        return part.list().ofMaxSize(5).map(parts -> "\"" + String.join("", parts) + "\"");
    }

    private static Arbitrary<String> number() {
        Arbitrary<String> fraction = Arbitraries.oneOf(
                Arbitraries.just(""),
                Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(9).map(d -> "." + d));
        Arbitrary<String> exponent = Arbitraries.of("", "e0", "E+7", "e-12", "E300");
        return Combinators.combine(Arbitraries.longs(), fraction, exponent)
                .as((whole, part, power) -> whole + part + power);
    }

    private static Arbitrary<String> space() {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.just("")),
                net.jqwik.api.Tuple.of(
                        1, Arbitraries.strings().withChars(" \t\r\n").ofMaxLength(3)));
    }
}
