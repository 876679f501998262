package dev.freshet.push.delivery;

import dev.freshet.contract.event.EventId;
import java.util.List;

/// What one read of the log brought; the window has it already.
///
/// @param window it was added to
/// @param events those that are well-formed, in the log's order
/// @param end of the batch: the last entry's place, also if that entry was skipped
/// @param number of the last entry in the window
public record LogBatch(Window window, List<LiveEvent> events, EventId end, long number) {

    public LogBatch {
        events = List.copyOf(events);
    }
}
