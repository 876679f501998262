package dev.freshet.bench.report;

import java.util.Locale;
import java.util.OptionalDouble;

/// What a figure of Freshet's has to reach: a value, or a ratio to the same figure of another server.
///
/// @param yardstick the other server, empty for a value
public record Target(Figure figure, String yardstick, double bound) {

    /// How far a regression check lets a figure fall behind its target: machines and their neighbours differ.
    private static final double MARGIN = 0.6;

    /// The figure itself must be as good as that.
    public static Target value(Figure figure, double bound) {
        return new Target(figure, "", bound);
    }

    /// So near it must come to the limit.
    public static Target ofLimit(Figure figure, double bound) {
        return new Target(figure, Samples.LIMIT, bound);
    }

    /// So near it must come to another server, where that is measured.
    public static Target ofPeer(Figure figure, String peer, double bound) {
        return new Target(figure, peer, bound);
    }

    /// @param reached the figure, or its ratio to the yardstick; empty if that was not measured
    record Judged(Target target, OptionalDouble reached) {

        boolean isMet() {
            return target.isMet(reached, 1);
        }

        boolean isNearlyMet() {
            return target.isMet(reached, MARGIN);
        }

        String text() {
            return target.text() + (reached.isEmpty() ? " (not measured)" : "");
        }
    }

    private boolean isMet(OptionalDouble reached, double margin) {
        if (reached.isEmpty()) {
            return true;
        }
        double value = reached.getAsDouble();
        boolean more = !yardstick.isEmpty() || figure.better() == Figure.Better.MORE;
        return more ? value >= bound * margin : value <= bound / margin;
    }

    private String text() {
        String number = bound == Math.rint(bound)
                ? String.format(Locale.ROOT, "%,.0f", bound)
                : String.format(Locale.ROOT, "%.2f", bound);
        if (!yardstick.isEmpty()) {
            return "≥ " + number + " of " + yardstick;
        }
        return ((figure.better() == Figure.Better.MORE ? "≥ " : "≤ ") + number + " " + figure.unit()).strip();
    }
}
