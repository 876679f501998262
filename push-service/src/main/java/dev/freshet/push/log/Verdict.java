package dev.freshet.push.log;

import dev.freshet.service.log.LogFacts;

/// What the facts of a log say about what was read of it. In the order in which they are to be asked.
enum Verdict {
    /// It is the log that was read, and nothing behind the last id read is missing.
    SAME,
    /// It has nothing in common with what was read: somebody deleted the key, and it began anew.
    ANOTHER,
    /// It has no state: it was flushed, or never was.
    STATELESS,
    /// The server restarted or another one took over, or somebody noticed that before: its end may not be what
    /// was read.
    FORKED,
    /// It is the log that was read, but something behind the last id read was removed before it could be.
    INCOMPLETE;

    static Verdict of(LogFacts facts, Read read) {
        LogFacts.State state = facts.state();
        if (state == null) {
            return STATELESS;
        }
        if (facts.isAnotherLog()) {
            return ANOTHER;
        }
        boolean sameEpoch = state.epoch().equals(read.position().epoch());
        if (!sameEpoch || !facts.isOfThisServer()) {
            // It may end before what was read because its end was lost, or because it was deleted.
            return FORKED;
        }
        if (facts.isAnotherThan(read.position().position(), read.ordinal())) {
            return ANOTHER;
        }
        boolean trimmed = facts.hasPassed(read.position().position()) && facts.gone() > read.ordinal();
        boolean deleted = facts.maxDeleted().compareTo(read.position().position()) > 0;
        return trimmed || deleted ? INCOMPLETE : SAME;
    }
}
