package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import io.vertx.core.Future;
import java.util.List;

/// What lies before the window: channels' histories, and the log where these do not reach.
public interface Past {

    /// So many pages that had to be searched for in the log are read for one channel of a client that came back:
    /// some 10,000 entries.
    int MOST_SCANS = 50;

    /// What is known of a stretch of one channel.
    sealed interface Page {

        /// @param events all that the channel had behind the place that was asked about, up to and including
        ///     `end`, without ephemeral ones; ascending
        /// @param scanned whether the log had to be searched for it. That keeps Redis busy: after [#MOST_SCANS]
        ///     such pages what is left counts as trimmed
        record Read(List<LiveEvent> events, StreamId end, boolean scanned) implements Page {}

        /// Nobody can say any more what the channel had.
        record Trimmed() implements Page {}

        /// The log is another one than the hub's, or forked; the tail looks for itself, and whoever asked asks
        /// again.
        record Changed() implements Page {}
    }

    /// What a channel had behind a place that is before the hub's window, at most up to the window's beginning.
    ///
    /// @param together how many channels are read at once by who asks, so that all their pages have a bound
    /// Completes on the hub's event loop. Fails while Redis does not answer.
    Future<Page> page(LoopHub hub, Channel channel, EventId after, int together);
}
