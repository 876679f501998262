package dev.freshet.service.limit;

/// What a token bucket holds and how fast it fills.
///
/// @param burst tokens of a full bucket, 1 to [#MAX_BURST]; 0: no limit at all
/// @param perSecond tokens that it gets per second, [#MIN_PER_SECOND] to [#MAX_PER_SECOND]
public record Rate(int burst, double perSecond) {

    public static final int MAX_BURST = 1_000_000;
    public static final double MIN_PER_SECOND = 0.01;
    public static final double MAX_PER_SECOND = 1_000_000;

    private static final double NANOS = 1e9;

    /// @throws IllegalArgumentException naming the bound
    public Rate {
        if (burst < 0 || burst > MAX_BURST) {
            throw new IllegalArgumentException("burst must be 0 to " + MAX_BURST + ", not " + burst);
        }
        boolean good = perSecond >= MIN_PER_SECOND && perSecond <= MAX_PER_SECOND;
        if (!good) {
            throw new IllegalArgumentException("per-second must be 0.01 to 1000000, not " + perSecond);
        }
    }

    /// A rate as settings name it.
    ///
    /// @param key what stands before `.burst` and `.per-second`
    /// @throws IllegalStateException naming the setting, its bounds and its value
    public static Rate of(String key, int burst, double perSecond) {
        try {
            return new Rate(burst, perSecond);
        } catch (IllegalArgumentException bad) {
            throw new IllegalStateException(key + "." + bad.getMessage(), bad);
        }
    }

    public boolean isOff() {
        return burst == 0;
    }

    /// What one token takes to come, ns.
    long costNanos() {
        return Math.max(1, Math.round(NANOS / perSecond));
    }

    /// What an empty bucket takes to fill, ns.
    long depthNanos() {
        return burst * costNanos();
    }
}
