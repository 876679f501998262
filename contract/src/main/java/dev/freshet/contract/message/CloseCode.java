package dev.freshet.contract.message;

/// Codes with which the server closes a WebSocket, and what a client does then.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>
public enum CloseCode {
    /// RFC 6455: the server goes away.
    GOING_AWAY(1001, "going away", Then.RECONNECT),
    /// RFC 6455: a text frame whose bytes are not UTF-8. Its client is broken.
    NOT_UTF8(1007, "text is not UTF-8", Then.STOP),
    /// RFC 6455: a frame or message over the limit.
    TOO_BIG(1009, "message too big", Then.RECONNECT),
    /// IANA registry: the service restarts, try again.
    RESTART(1012, "service restart", Then.RECONNECT),
    /// The ticket is unknown, used or expired, or the token behind it expired.
    AUTHENTICATION_FAILED(4001, "authentication failed", Then.RECONNECT_WITH_NEW_TOKEN),
    /// The user was disconnected by an administrator, or may not be here.
    FORBIDDEN(4003, "revoked or forbidden", Then.STOP),
    /// The reader is slower than its channels.
    TOO_SLOW(4008, "too slow", Then.RECONNECT),
    /// Over a limit, in spite of warnings.
    RATE_LIMITED(4029, "rate limit", Then.RECONNECT_LATER);

    /// What a client does after the close.
    public enum Then {
        /// At once but with jitter, and resume.
        RECONNECT,
        /// Get a new token first, then once more.
        RECONNECT_WITH_NEW_TOKEN,
        /// After a long pause.
        RECONNECT_LATER,
        /// Not at all.
        STOP
    }

    private final int code;
    private final String reason;
    private final Then then;

    CloseCode(int code, String reason, Then then) {
        this.code = code;
        this.reason = reason;
        this.then = then;
    }

    public int code() {
        return code;
    }

    /// The close frame's text, below the 123 bytes that fit one.
    public String reason() {
        return reason;
    }

    public Then then() {
        return then;
    }
}
