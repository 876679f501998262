package dev.freshet.contract.log;

import dev.freshet.contract.event.StreamId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Epochs that the log had before, and up to which id it shares each of them: a place of an old epoch at or below
/// that id is a place of the log as it is now, one above it is not.
///
/// @param shared old epoch → last id in common, oldest first, at most 8
public record Forks(Map<String, StreamId> shared) {

    public static final Forks NONE = new Forks(Map.of());

    /// Reads what scripts write: epochs and ids in turn, with a space between.
    ///
    /// @throws IllegalArgumentException if it is anything else
    public static Forks parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] words = text.split(" ", -1);
        Map<String, StreamId> shared = new LinkedHashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            shared.put(words[i], StreamId.require(words[i + 1]));
        }
        return new Forks(shared);
    }

    /// Up to which id an old epoch is shared; `null` if it is not known.
    public @Nullable StreamId of(String epoch) {
        return shared.get(epoch);
    }
}
