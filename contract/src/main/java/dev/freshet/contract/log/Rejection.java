package dev.freshet.contract.log;

/// Why an entry of the log is skipped. A closed set, so that it can be a metric's tag.
public enum Rejection {
    MISSING_FIELD("missing-field"),
    REPEATED_FIELD("repeated-field"),
    CHANNEL("channel"),
    PARTITION("partition"),
    TYPE("type"),
    PAYLOAD("payload"),
    FIELD("field");

    private final String word;

    Rejection(String word) {
        this.word = word;
    }

    /// As it stands in metrics and in the rejected stream.
    public String word() {
        return word;
    }
}
