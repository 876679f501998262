package dev.freshet.service.log;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import org.jspecify.annotations.Nullable;

/// What became of an attempt to give the log a new epoch.
///
/// @param epoch that stands now
/// @param forks that stand now
public record Renewal(Outcome outcome, String epoch, Forks forks) {

    /// What was done.
    public enum Outcome {
        /// The log has a new epoch, and shares the old one's beginning.
        RENEWED,
        /// Somebody else had renewed it; what the caller knows was added to the record.
        RAISED,
        /// It is another log, which shares nothing with the old one.
        ANOTHER,
        /// Nothing: the facts are not those that the caller read. To be begun again from the facts.
        CHANGED
    }

    /// What the caller read of the log itself.
    ///
    /// @param epoch of what it read
    /// @param common the newest place of it that the log has unchanged; `null` if none is known
    /// @param seen the last id that it read
    /// @param ordinal entries ever added up to `seen`, or fewer
    public record Own(String epoch, @Nullable StreamId common, StreamId seen, long ordinal) {}
}
