package dev.freshet.push.model;

import dev.freshet.contract.event.EventId;
import java.util.Map;

/// A cursor that a client received.
///
/// @param accounted for the witness: per channel, up to which append the cursor says that nothing is owed
record Bookmark(EventId cursor, Map<String, Integer> accounted) {}
