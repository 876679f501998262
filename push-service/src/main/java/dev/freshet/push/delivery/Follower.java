package dev.freshet.push.delivery;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.metrics.PushMetrics.Transport;
import org.jspecify.annotations.Nullable;

/// A connection, as its event loop's hub sees it. All calls come on that event loop.
///
/// An implementation must not subscribe or unsubscribe while it is called: the hub walks its lists. It puts off
/// what would (`LoopHub.later`).
public interface Follower {

    /// By which its deliveries are counted.
    Transport transport();

    /// How events look to it.
    Form form();

    /// Takes an event.
    ///
    /// @return whether it was written, and neither withheld by a filter nor left for later
    boolean deliver(LiveEvent event, Subscription subscription);

    /// Tells that events of a channel are missing up to where the hub stands now.
    void gap(Subscription subscription, GapReason reason);

    /// The log went another way behind the place where the hub stands now.
    ///
    /// @param phantom the oldest event of the channel that the log does not have any more; `null` if there is
    ///     none
    void forked(Subscription subscription, @Nullable StreamId phantom);

    /// One of the calls above threw, or its wire did, so that nobody knows what the connection has. It takes
    /// nothing more from now on, and ends as soon as the hub has done with its lists.
    void broken(Throwable cause);
}
