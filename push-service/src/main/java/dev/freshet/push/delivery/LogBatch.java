package dev.freshet.push.delivery;

import dev.freshet.contract.event.EventId;
import java.util.List;

/// What one read of the log brought.
///
/// @param events those that are well-formed, in the log's order
/// @param end of the batch: the last entry's place, also if that entry was skipped
public record LogBatch(List<LiveEvent> events, EventId end) {

    public LogBatch {
        events = List.copyOf(events);
    }
}
