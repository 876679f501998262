package dev.freshet.events.append;

import dev.freshet.contract.event.EventId;

/// What became of one event.
public sealed interface Appended {

    /// It stands in the log.
    record At(EventId id) implements Appended {}

    /// The log did not take it, or nobody knows whether it did.
    record Lost(Throwable failure) implements Appended {}
}
