package dev.freshet.service.redis;

/// A Redis that lacks what the scripts need.
public final class ServerTooOld extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Scripts that declare what they do (`#!lua flags=…`) and `INFO` of several sections came with it.
    private static final int LEAST_MAJOR = 7;

    private ServerTooOld(String message) {
        super(message, null, false, false);
    }

    /// @param version as Redis gives it, `7.0.15`; one that does not begin with a number is believed
    /// @throws ServerTooOld if it is older than what Freshet needs
    public static void check(String version) {
        String major = version.split("\\.", 2)[0];
        if (major.matches("\\d{1,4}") && Integer.parseInt(major) < LEAST_MAJOR) {
            throw new ServerTooOld("Redis " + version + " is too old, Freshet needs " + LEAST_MAJOR + " or newer");
        }
    }
}
