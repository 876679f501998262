package dev.freshet.events.index;

import dev.freshet.events.config.HistoryConfig;
import dev.freshet.events.config.RetentionConfig;
import java.time.Duration;

/// What is kept of the log and of histories, checked.
///
/// @param historyLength events of a history
/// @param historyBytes bytes of a history
/// @param historyAgeMs ms after its last event for which a history is kept
/// @param logAgeMs ms for which the log keeps what was copied
/// @param logEntries entries of the log, copied or not
/// @param logBytes bytes of the log, copied or not
/// @param rejectedCap entries of the rejected stream
record IndexBounds(
        int historyLength,
        long historyBytes,
        long historyAgeMs,
        long logAgeMs,
        long logEntries,
        long logBytes,
        int rejectedCap) {

    private static final int MAX_LENGTH = 100_000;
    private static final long MIN_BYTES = 16 * 1024;
    private static final long MAX_BYTES = 1024L * 1024 * 1024;
    private static final long MIN_LOG_AGE_MS = 1_000;
    private static final long MIN_LOG_ENTRIES = 1_000;
    private static final long MIN_LOG_BYTES = 1024 * 1024;
    private static final Duration MAX_INTERVAL = Duration.ofSeconds(10);

    /// @throws IllegalStateException if a setting is out of its range, or does not fit another
    static IndexBounds of(HistoryConfig history, RetentionConfig retention) {
        require(
                history.interval().toMillis() >= 1 && history.interval().compareTo(MAX_INTERVAL) <= 0,
                "freshet.history.interval must be 1 ms to 10 s");
        require(
                history.length() >= 1 && history.length() <= MAX_LENGTH,
                "freshet.history.length must be 1 to " + MAX_LENGTH);
        long bytes = history.bytes().asLongValue();
        require(bytes >= MIN_BYTES && bytes <= MAX_BYTES, "freshet.history.bytes must be 16K to 1G");
        long age = retention.age().toMillis();
        require(age >= MIN_LOG_AGE_MS, "freshet.retention.age must be at least 1 s");
        require(
                history.retention().toMillis() >= age,
                "freshet.history.retention must be at least freshet.retention.age: histories outlive the log");
        require(
                retention.maxEntries() >= MIN_LOG_ENTRIES,
                "freshet.retention.max-entries must be at least " + MIN_LOG_ENTRIES);
        require(retention.maxBytes().asLongValue() >= MIN_LOG_BYTES, "freshet.retention.max-bytes must be at least 1M");
        require(retention.rejectedCap() >= 1, "freshet.retention.rejected-cap must be at least 1");
        return new IndexBounds(
                history.length(),
                bytes,
                history.retention().toMillis(),
                age,
                retention.maxEntries(),
                retention.maxBytes().asLongValue(),
                retention.rejectedCap());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
