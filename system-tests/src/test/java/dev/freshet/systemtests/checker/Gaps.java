package dev.freshet.systemtests.checker;

import java.util.Set;

/// Which `gap` frames a scenario allows one client.
///
/// @param rule how many, and when
/// @param reasons that may be given
/// @param late whether one may be the first to come after a greeting that said nothing was missing: what it tells of
/// happened since
public record Gaps(Rule rule, Set<String> reasons, boolean late) {

    /// How many gaps a client may see.
    public enum Rule {
        /// Not one.
        NONE,
        /// Exactly one for each run of lost events, none without a loss.
        FOR_LOSS,
        /// At most one per channel, with or without a loss: whoever tells cannot know whether there was one.
        AT_MOST_ONE,
        /// One per channel, with or without a loss.
        EXACTLY_ONE,
        /// One for who received an event that the log has lost, or came back from a place that it lost; no other.
        FOR_PHANTOMS
    }

    public static Gaps none() {
        return new Gaps(Rule.NONE, Set.of(), false);
    }

    public static Gaps forLoss(String... reasons) {
        return new Gaps(Rule.FOR_LOSS, Set.of(reasons), false);
    }

    public static Gaps atMostOne(String... reasons) {
        return new Gaps(Rule.AT_MOST_ONE, Set.of(reasons), false);
    }

    public static Gaps exactlyOne(String... reasons) {
        return new Gaps(Rule.EXACTLY_ONE, Set.of(reasons), false);
    }

    public static Gaps forPhantoms(String... reasons) {
        return new Gaps(Rule.FOR_PHANTOMS, Set.of(reasons), false);
    }

    /// The same, also [#late].
    public Gaps alsoLate() {
        return new Gaps(rule, reasons, true);
    }
}
