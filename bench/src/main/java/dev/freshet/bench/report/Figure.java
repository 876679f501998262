package dev.freshet.bench.report;

/// Something measured.
///
/// @param better which way is better
/// @param compared whether the limit program's figure of the same round is its yardstick
public record Figure(String name, String unit, Better better, boolean compared) {

    public enum Better {
        MORE,
        LESS
    }

    public static Figure more(String name, String unit) {
        return new Figure(name, unit, Better.MORE, false);
    }

    public static Figure less(String name, String unit) {
        return new Figure(name, unit, Better.LESS, false);
    }

    /// Compared with the limit's.
    public Figure ofLimit() {
        return new Figure(name, unit, better, true);
    }

    /// How near a value comes to another one; 1 is as good.
    double ratio(double value, double yardstick) {
        return switch (better) {
            case MORE -> value / yardstick;
            case LESS -> yardstick / value;
        };
    }
}
