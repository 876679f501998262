package dev.freshet.events.index;

import dev.freshet.contract.log.IndexScripts;

/// How many entries to ask for, so that a batch is about 1 MiB: Redis can be told a count only.
///
/// It begins small, for nobody knows the entries yet. Not thread-safe.
final class BatchSize {

    static final int MAX_ENTRIES = IndexScripts.MAX_ENTRIES;
    static final int TARGET_BYTES = IndexScripts.MAX_BYTES;

    private static final int FIRST = 16;

    private int entries = FIRST;

    int entries() {
        return entries;
    }

    /// Learns from a batch that was read.
    void learn(int count, long bytes) {
        long fitting = count == 0 ? MAX_ENTRIES : Math.max(1, count * (long) TARGET_BYTES / Math.max(1, bytes));
        // Growth is bounded too: the next entries need not resemble the last ones.
        entries = (int) Math.min(Math.min(MAX_ENTRIES, fitting), 2L * entries);
    }

    /// A batch was not read in time: one that is too large is the likeliest reason that ends by asking for less.
    void failed() {
        entries = 1;
    }
}
