package dev.freshet.systemtests.checker;

import java.util.List;

/// What a check found.
///
/// @param published publications that stand in the log, as far as anybody saw
/// @param received events at all clients together
/// @param connections that were welcomed
/// @param lost events that a client neither received nor was told of
/// @param announced events that a client did not receive and was told of
/// @param doubled events that a client received twice
/// @param gaps that clients saw
/// @param gapsExpected that the rules ask for: one per run of lost events, or one per channel
/// @param violations what must not be, the first of each client, in words
public record Verdict(
        int published,
        long received,
        int connections,
        long lost,
        long announced,
        long doubled,
        long gaps,
        long gapsExpected,
        List<String> violations) {

    private static final int SHOWN = 25;

    /// @throws AssertionError that tells the first violations
    public void assertClean() {
        if (!violations.isEmpty()) {
            throw new AssertionError(violations.size() + " violations (" + this.summary() + "):\n"
                    + String.join("\n", violations.subList(0, Math.min(SHOWN, violations.size()))));
        }
    }

    /// One line.
    public String summary() {
        return "events=%d received=%d connections=%d lost=%d doubled=%d announced=%d gaps=%d/%d"
                .formatted(published, received, connections, lost, doubled, announced, gaps, gapsExpected);
    }
}
