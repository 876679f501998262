package dev.freshet.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What the command line asks for. Sizes that it does not give are each scenario's own.
///
/// @param scenarios names; none: all
/// @param peers whether other servers are measured too, where they are installed
/// @param quick a look, not a measurement: a tenth of the size and a few seconds
/// @param check whether figures far behind their targets are a failure
/// @param threads of the load generator
public record Options(
        List<String> scenarios,
        boolean peers,
        int rounds,
        boolean quick,
        boolean check,
        boolean nativeImages,
        OptionalInt connections,
        OptionalDouble rate,
        OptionalInt seconds,
        int threads,
        List<String> javaOptions) {

    private static final int SHORTENED = 10;
    private static final int QUICK_SECONDS = 3;

    /// @throws IllegalArgumentException with a sentence that says what is wrong
    public static Options parse(String... arguments) {
        List<String> scenarios = new ArrayList<>();
        boolean peers = false;
        boolean quick = false;
        boolean check = false;
        boolean nativeImages = false;
        OptionalInt rounds = OptionalInt.empty();
        OptionalInt connections = OptionalInt.empty();
        OptionalDouble rate = OptionalDouble.empty();
        OptionalInt seconds = OptionalInt.empty();
        int threads = 1;
        List<String> javaOptions = List.of();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            switch (argument) {
                case "--peers" -> peers = true;
                case "--short" -> quick = true;
                case "--check" -> check = true;
                case "--native" -> nativeImages = true;
                case "--rounds" -> rounds = OptionalInt.of(number(arguments, ++i, 100));
                case "--connections" -> connections = OptionalInt.of(number(arguments, ++i, 60_000));
                case "--rate" -> rate = OptionalDouble.of(number(arguments, ++i, 1_000_000));
                case "--seconds" -> seconds = OptionalInt.of(number(arguments, ++i, 3_600));
                case "--threads" -> threads = number(arguments, ++i, 16);
                case "--java-options" ->
                    javaOptions = List.of(value(arguments, ++i).split(" +"));
                default -> {
                    if (argument.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "\"%s\" is not known: bench/README.md names all options.".formatted(argument));
                    }
                    scenarios.add(argument);
                }
            }
        }
        return new Options(
                List.copyOf(scenarios),
                peers,
                rounds.orElse(quick ? 1 : 3),
                quick,
                check,
                nativeImages,
                connections,
                rate,
                seconds,
                threads,
                javaOptions);
    }

    /// How many clients a scenario has.
    public int connections(int usual) {
        return connections.orElse(quick ? Math.max(1, usual / SHORTENED) : usual);
    }

    /// Events per second.
    public double rate(double usual) {
        return rate.orElse(usual);
    }

    /// How long a measurement lasts.
    public Duration span(int usualSeconds) {
        return Duration.ofSeconds(seconds.orElse(quick ? Math.min(QUICK_SECONDS, usualSeconds) : usualSeconds));
    }

    /// How much of something there is that only costs time.
    public int amount(int usual) {
        return quick ? Math.max(1, usual / SHORTENED) : usual;
    }

    private static String value(String[] arguments, int index) {
        if (index >= arguments.length) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a value.");
        }
        return arguments[index];
    }

    private static int number(String[] arguments, int index, int most) {
        String text = value(arguments, index);
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "%s needs a number from 1 to %d, not \"%s\".".formatted(arguments[index - 1], most, text));
    }
}
