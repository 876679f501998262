package dev.freshet.contract.problem;

/// Every reason for which a request is refused: a stable name, a title and a status.
///
/// Clients decide by `type`; the words of title and detail may change.
public enum ProblemType {
    INVALID_REQUEST("invalid-request", "The request is not valid", 400),
    MALFORMED_JSON("malformed-json", "The body is not valid JSON", 400),
    UNAUTHENTICATED("unauthenticated", "A valid token or ticket is needed", 401),
    FORBIDDEN("forbidden", "Not allowed", 403),
    FORBIDDEN_CHANNEL("forbidden-channel", "The channel is not granted", 403),
    FORBIDDEN_ORIGIN("forbidden-origin", "The origin is not allowed", 403),
    INVALID_IDENTITY("invalid-identity", "The token's identity cannot be used", 403),
    REVOKED("revoked", "Access was revoked", 403),
    NOT_FOUND("not-found", "There is nothing here", 404),
    METHOD_NOT_ALLOWED("method-not-allowed", "The method is not allowed here", 405),
    NOT_ACCEPTABLE("not-acceptable", "No acceptable representation", 406),
    PRECONDITION_FAILED("precondition-failed", "There is another version", 412),
    TOO_LARGE("too-large", "The body is too large", 413),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", "The content type is not supported", 415),
    IDEMPOTENCY_CONFLICT("idempotency-conflict", "The idempotency key belongs to another request", 422),
    RATE_LIMITED("rate-limited", "Too many requests", 429),
    INTERNAL("internal", "Something went wrong on our side", 500),
    UNAVAILABLE("unavailable", "Service unavailable", 503);

    /// Where the types are described, and the beginning of every type's URI.
    public static final String BASE = "https://freshet.dev/problems/";

    private final String slug;
    private final String title;
    private final int status;

    ProblemType(String slug, String title, int status) {
        this.slug = slug;
        this.title = title;
        this.status = status;
    }

    public String uri() {
        return BASE + slug;
    }

    public String slug() {
        return slug;
    }

    public String title() {
        return title;
    }

    public int status() {
        return status;
    }
}
