package dev.freshet.service.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;

/// What was true of a partition at one moment.
///
/// @param partition which
/// @param epoch the incarnation of its log
/// @param last the id last given, whether or not its entry still exists
/// @param maxDeleted the greatest id of an entry that somebody deleted; trimming does not count
/// @param gone entries that were ever added and are not there any more, trimmed or deleted
public record LogFacts(int partition, String epoch, StreamId last, StreamId maxDeleted, long gone) {

    public EventId end() {
        return new EventId(partition, last, epoch);
    }
}
