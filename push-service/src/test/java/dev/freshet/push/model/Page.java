package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.max;

import dev.freshet.contract.event.StreamId;
import org.jspecify.annotations.Nullable;

/// The facts that one script reads together with a page: what may be trusted.
record Page(
        StreamId indexed,
        long count,
        StreamId hole,
        StreamId floor,
        @Nullable StreamId first,
        StreamId maxDeleted,
        long gone) {

    static Page of(ModelState state, ModelStream log) {
        return new Page(state.indexed, state.count, state.hole, state.floor, log.first(), log.maxDeleted, log.gone());
    }

    /// Nothing at or below this can be trusted to be in the channel's history.
    StreamId bound(@Nullable ModelStream history, Rules rules) {
        StreamId bound = rules.has(Rule.BOUND_BY_HOLE) ? hole : StreamId.ZERO;
        if (history != null) {
            return rules.has(Rule.BOUND_BY_DELETED) ? max(bound, history.maxDeleted) : bound;
        }
        return rules.has(Rule.BOUND_BY_FLOOR) ? max(bound, floor) : bound;
    }

    /// Whether the log has everything above a position.
    boolean isLogWholeAbove(StreamId position, Rules rules) {
        boolean trimmed = (first == null || first.compareTo(position) > 0)
                && gone > 0
                && !(position.compareTo(indexed) >= 0 && gone <= count);
        boolean deleted = maxDeleted.compareTo(position) > 0;
        return !(trimmed && rules.has(Rule.LOG_IS_WHOLE_BY_TRIM))
                && !(deleted && rules.has(Rule.LOG_IS_WHOLE_BY_DELETION));
    }
}
