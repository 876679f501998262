package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.log.Forks;
import dev.freshet.push.delivery.Window;

/// How far a tail has come.
///
/// @param position of the last entry read
/// @param ordinal entries ever added up to it, or fewer
/// @param window with the entries before it
/// @param forks that the log's state had when it was last looked at
record Read(EventId position, long ordinal, Window window, Forks forks) {

    Read advanced(EventId to, int entries) {
        return new Read(to, ordinal + entries, window, forks);
    }

    Read with(Forks known) {
        return new Read(position, ordinal, window, known);
    }
}
