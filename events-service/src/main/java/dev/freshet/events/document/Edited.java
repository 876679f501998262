package dev.freshet.events.document;

/// What became of an edit.
sealed interface Edited {

    /// The edit made this version, now or when it was first asked for.
    record Saved(String version) implements Edited {}

    /// Nothing was changed, for the document has this version.
    record Stale(String version) implements Edited {}
}
