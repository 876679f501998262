package dev.freshet.push.model;

/// Bounds so small that a run of some hundred steps meets each of them many times.
final class Limits {

    /// Ms that the log keeps entries.
    static final long LOG_RETENTION = 40;

    /// Entries at which the log is cut whatever was copied.
    static final int LOG_CAP = 14;

    /// Ms after its last copy that a history is kept.
    static final long HISTORY_RETENTION = 120;

    static final int HISTORY_LENGTH = 3;

    static final int INDEXER_BATCH = 4;
    static final int READ_BATCH = 3;
    static final int WINDOW = 5;
    static final int PAGE = 2;

    /// Entries of the log that a replay may read where history does not answer.
    static final int LOG_REPLAY = 9;

    private Limits() {}
}
