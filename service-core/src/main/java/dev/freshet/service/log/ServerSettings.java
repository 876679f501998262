package dev.freshet.service.log;

import dev.freshet.service.redis.ServerTooOld;
import io.vertx.redis.client.Response;

/// How a Redis is set up, as far as the log's safety depends on it.
///
/// @param version as Redis gives it, `7.0.15`; empty if it does not tell
/// @param evicts whether it throws keys away when it is full, instead of refusing writes
/// @param persists whether it has an append-only file
/// @see <a href="https://redis.io/docs/latest/commands/info/">INFO</a>
record ServerSettings(String version, boolean evicts, boolean persists) {

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

    /// @throws ServerTooOld if it lacks what the scripts need
    ServerSettings checked() {
        ServerTooOld.check(version);
        return this;
    }
}
