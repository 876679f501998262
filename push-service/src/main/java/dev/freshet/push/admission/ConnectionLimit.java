package dev.freshet.push.admission;

import dev.freshet.push.config.LimitsConfig;
import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Limited.Limit;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections this pod has, and how many of them are one user's. Safe for any thread.
///
/// Counted here and not in Redis: what is bounded is what one user can take of a pod, and a count over all pods
/// would need a lease of each in Redis for each user, to be renewed for as long as a connection is open, and
/// swept.
@Singleton
public final class ConnectionLimit {

    /// What came of asking for one more.
    public sealed interface Outcome {

        /// There is one more, until it leaves.
        final class Entered implements Outcome {

            private final Runnable leave;
            private final AtomicBoolean left = new AtomicBoolean();

            private Entered(Runnable leave) {
                this.leave = leave;
            }

            /// It has ended. Does nothing the second time.
            public void leave() {
                if (left.compareAndSet(false, true)) {
                    leave.run();
                }
            }
        }

        /// The pod has as many as it may have; another one may not.
        record PodIsFull() implements Outcome {}

        /// The user has.
        record UserHasTooMany() implements Outcome {}
    }

    private final int ofPod;
    private final int ofUser;
    private final Limited limited;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentMap<String, Integer> users = new ConcurrentHashMap<>();

    ConnectionLimit(LimitsConfig config, Limited limited) {
        this.ofPod = orNone(config.connectionsPerPod());
        this.ofUser = orNone(config.connectionsPerUserAndPod());
        this.limited = limited;
    }

    /// Whether the pod has as many as it may have. To be asked before a ticket is redeemed, for another pod may
    /// take it.
    public boolean isFull() {
        boolean full = all.get() >= ofPod;
        if (full) {
            limited.count(Limit.POD_CONNECTIONS);
        }
        return full;
    }

    /// Counts one more connection of the user, if there may be one.
    public Outcome enter(String userId) {
        if (all.incrementAndGet() > ofPod) {
            all.decrementAndGet();
            limited.count(Limit.POD_CONNECTIONS);
            return new Outcome.PodIsFull();
        }
        // Not beyond the limit, so that a refused connection leaves nothing to be taken back.
        boolean[] entered = {false};
        users.compute(userId, (user, open) -> {
            int before = open == null ? 0 : open;
            entered[0] = before < ofUser;
            return entered[0] ? Integer.valueOf(before + 1) : open;
        });
        if (!entered[0]) {
            all.decrementAndGet();
            limited.count(Limit.USER_CONNECTIONS);
            return new Outcome.UserHasTooMany();
        }
        return new Outcome.Entered(() -> {
            all.decrementAndGet();
            users.computeIfPresent(userId, (user, open) -> open == 1 ? null : open - 1);
        });
    }

    /// Users who have a connection here, each once.
    public int users() {
        return users.size();
    }

    private static int orNone(int limit) {
        return limit == 0 ? Integer.MAX_VALUE : limit;
    }
}
