package dev.freshet.service.log;

import io.vertx.redis.client.Response;

/// How a Redis is set up, as far as the log's safety depends on it.
///
/// @param version as Redis gives it, `7.0.15`; empty if it does not tell
/// @param evicts whether it throws keys away when it is full, instead of refusing writes
/// @param persists whether it has an append-only file
/// @see <a href="https://redis.io/docs/latest/commands/info/">INFO</a>
record ServerSettings(String version, boolean evicts, boolean persists) {

    /// Scripts that declare what they do (`#!lua flags=…`) and `INFO` of several sections came with it.
    private static final int LEAST_MAJOR = 7;

    /// Reads the answer of [dev.freshet.contract.log.LogScripts#SERVER].
    static ServerSettings read(Response answer) {
        return of(
                answer.get(0).toString(),
                answer.get(1).toString(),
                answer.get(2).toString(),
                answer.get(3).toString());
    }

    static ServerSettings of(String version, String maxMemory, String policy, String aof) {
        boolean bounded = !maxMemory.isEmpty() && !maxMemory.equals("0");
        return new ServerSettings(version, bounded && !policy.equals("noeviction"), aof.equals("1"));
    }

    /// @throws ServerTooOld if it lacks what the scripts need; a version that does not begin with a number is believed
    ServerSettings checked() {
        String major = version.split("\\.", 2)[0];
        if (major.matches("\\d{1,4}") && Integer.parseInt(major) < LEAST_MAJOR) {
            throw new ServerTooOld("Redis " + version + " is too old, Freshet needs " + LEAST_MAJOR + " or newer");
        }
        return this;
    }
}
