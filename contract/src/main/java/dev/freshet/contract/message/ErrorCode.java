package dev.freshet.contract.message;

/// Why a WebSocket message was refused; the connection stays.
public enum ErrorCode {
    /// Not JSON, not an object, too big, or a field is wrong.
    INVALID_MESSAGE("invalid-message"),
    /// No right to the room or channel.
    FORBIDDEN("forbidden"),
    /// A type that the operator did not allow.
    UNKNOWN_TYPE("unknown-type"),
    /// Slow down.
    RATE_LIMITED("rate-limited"),
    /// Not now: try again.
    UNAVAILABLE("unavailable");

    private final String word;

    ErrorCode(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
