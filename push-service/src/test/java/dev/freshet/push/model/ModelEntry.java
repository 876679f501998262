package dev.freshet.push.model;

import dev.freshet.contract.event.StreamId;

/// An entry of the log, or its copy in a history.
///
/// Two entries have identical fields if and only if they are the same append.
record ModelEntry(StreamId id, Published fields) {

    String channel() {
        return fields.channel;
    }
}
