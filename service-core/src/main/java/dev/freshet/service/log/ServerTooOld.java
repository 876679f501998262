package dev.freshet.service.log;

/// A Redis that lacks what the scripts need.
public final class ServerTooOld extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ServerTooOld(String message) {
        super(message, null, false, false);
    }
}
