package dev.freshet.service.log;

/// The primary took the append, but not enough replicas said in time that they have it: whether it lasts is not
/// known.
public final class NotReplicated extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotReplicated(String message) {
        super(message, null, false, false);
    }
}
