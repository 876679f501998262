package dev.freshet.service.redis;

/// Redis did not do what it was asked: unreachable, too slow, full, loading, or in the middle of a failover.
///
/// Whether a write was done nevertheless is not known: an answer may have been lost on its way.
public final class RedisUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RedisUnavailable(Throwable cause) {
        super(reasons(cause), cause, false, false);
    }

    public RedisUnavailable(String reason) {
        super(reason, null, false, false);
    }

    /// Of a failed handshake of TLS only the root says what was wrong with the certificate.
    private static String reasons(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String reason = String.valueOf(failure.getMessage());
        String first = root.getMessage();
        return first == null || reason.contains(first) ? reason : reason + ": " + first;
    }
}
