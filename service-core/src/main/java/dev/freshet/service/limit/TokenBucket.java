package dev.freshet.service.limit;

/// A token bucket of one process: one number, the moment at which it will be full (the generic cell rate
/// algorithm). Not thread-safe.
///
/// Moments are those of [System#nanoTime()].
public final class TokenBucket {

    private final Rate rate;
    private long fullAt;

    /// A full one.
    public TokenBucket(Rate rate, long now) {
        this.rate = rate;
        this.fullAt = now;
    }

    /// Takes a token.
    ///
    /// @return whether there was one
    public boolean take(long now) {
        if (rate.isOff()) {
            return true;
        }
        long after = Math.max(0, fullAt - now) + rate.costNanos();
        if (after > rate.depthNanos()) {
            return false;
        }
        fullAt = now + after;
        return true;
    }

    /// Whether there is a token.
    public boolean hasToken(long now) {
        return rate.isOff() || Math.max(0, fullAt - now) + rate.costNanos() <= rate.depthNanos();
    }

    /// Whether it is as good as a new one.
    boolean isFull(long now) {
        return fullAt - now <= 0;
    }
}
