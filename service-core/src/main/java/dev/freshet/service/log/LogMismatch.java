package dev.freshet.service.log;

/// The log in Redis was made with other settings than this service's.
public final class LogMismatch extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LogMismatch(String message) {
        super(message, null, false, false);
    }
}
