package dev.freshet.push.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long a connection may be open before it is asked to move, so that new pods get their share.
///
/// Each has a limit of its own, up to a fifth below or above what is set: those that were opened together do not
/// all come back together. By a clock that nobody sets.
public final class Age {

    private static final double SPREAD = 0.2;

    private final long openedAt = System.nanoTime();
    private final long most;

    private Age(long most) {
        this.most = most;
    }

    /// Of a connection that opens now.
    ///
    /// @param about zero for no limit
    public static Age upTo(Duration about) {
        double factor = 1 - SPREAD + 2 * SPREAD * ThreadLocalRandom.current().nextDouble();
        return new Age(about.isZero() ? Long.MAX_VALUE : (long) (about.toNanos() * factor));
    }

    /// Whether it is over.
    public boolean isOver() {
        return isOver(System.nanoTime() - openedAt);
    }

    boolean isOver(long nanos) {
        return nanos >= most;
    }
}
