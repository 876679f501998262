package dev.freshet.push.delivery;

import dev.freshet.push.config.PushConfig;
import dev.freshet.push.config.PushConfig.SlowPolicy;

/// How far a connection may be behind the log. Safe for any thread.
///
/// Who came back and reads what was missed may be as far behind as the window is long, but no longer than `ms`:
/// ended for it, such a client would come back to as much.
///
/// @param events entries of a partition; 0: no bound
/// @param bytes of these; 0: no bound
/// @param ms for which it is behind without a break; 0: no bound
/// @param policy what becomes of one that is further behind
public record LagLimits(long events, long bytes, long ms, SlowPolicy policy) {

    public static LagLimits of(PushConfig.Slow config) {
        return new LagLimits(
                config.maxLagEvents(), config.maxLagBytes(), config.maxLag().toMillis(), config.policy());
    }

    /// Whether a connection is further behind. On its event loop.
    ///
    /// @param now ms since 1970
    public boolean areExceededBy(Feed feed, long now) {
        long since = feed.behindSince();
        if (since == 0) {
            return false;
        }
        if (ms > 0 && now - since > ms) {
            return true;
        }
        return !feed.isReplaying() && (events > 0 && feed.lag() > events || bytes > 0 && feed.lagBytes() > bytes);
    }

    /// The socket of a connection takes something again: lets its feed go on as the policy says.
    ///
    /// On its event loop, while the hub does not deliver.
    public void drained(Feed feed) {
        if (!areExceededBy(feed, System.currentTimeMillis())) {
            feed.drained();
            return;
        }
        switch (policy) {
            case DISCONNECT -> feed.tooSlow();
            case GAP -> feed.skip();
        }
    }
}
