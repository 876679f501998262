package dev.freshet.contract.log;

import dev.freshet.contract.event.Event;

/// What an entry of the log turned out to be.
public sealed interface Entry {

    /// An event for its channel's followers.
    ///
    /// @param proof that it is Freshet's own; empty unless its type is reserved
    record Valid(Event event, String proof) implements Entry {}

    /// Nothing: counted, kept in the rejected stream, skipped.
    ///
    /// @param reason the class of mistake
    /// @param detail one sentence for the producer
    record Malformed(Rejection reason, String detail) implements Entry {}
}
