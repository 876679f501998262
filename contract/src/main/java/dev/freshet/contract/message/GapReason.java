package dev.freshet.contract.message;

/// Why events are missing.
public enum GapReason {
    /// They are older than what is kept.
    TRIMMED("trimmed"),
    /// The log's incarnation that the cursor speaks of is gone.
    RESET("reset"),
    /// The reader was slower than the window is long.
    LAGGING("lagging");

    private final String word;

    GapReason(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
