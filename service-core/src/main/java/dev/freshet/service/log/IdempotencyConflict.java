package dev.freshet.service.log;

/// The idempotency key belongs to another request.
public final class IdempotencyConflict extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public IdempotencyConflict() {
        super("the idempotency key belongs to another request", null, false, false);
    }
}
