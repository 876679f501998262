package dev.freshet.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/// A line of the table: medians over the rounds.
public record Line(
        String scenario,
        Figure figure,
        String server,
        double median,
        double least,
        double most,
        OptionalDouble ofLimit,
        List<Target.Judged> targets) {

    static final List<String> TITLES =
            List.of("scenario", "figure", "server", "median", "from–to", "of limit", "target", "met");

    /// Whether its targets are met; without one, yes.
    public boolean isMet() {
        return targets.stream().allMatch(Target.Judged::isMet);
    }

    /// Whether it is not far from its targets; without one, yes.
    public boolean isNearlyMet() {
        return targets.stream().allMatch(Target.Judged::isNearlyMet);
    }

    List<String> cells() {
        return List.of(
                scenario,
                figure.name(),
                server,
                number(median) + " " + figure.unit(),
                least == most ? "" : number(least) + "–" + number(most),
                ofLimit.isPresent() ? String.format(Locale.ROOT, "%.2f", ofLimit.getAsDouble()) : "",
                targets.stream().map(Target.Judged::text).collect(Collectors.joining(", ")),
                targets.isEmpty() ? "" : isMet() ? "yes" : "NO");
    }

    /// Three digits that say something.
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f", value);
    }
}
