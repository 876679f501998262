package dev.freshet.service.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;

/// What was true of a partition at one moment.
///
/// @param partition which
/// @param epoch the incarnation of its log
/// @param last the id last given, whether or not its entry still exists
public record LogFacts(int partition, String epoch, StreamId last) {

    public EventId end() {
        return new EventId(partition, last, epoch);
    }
}
