package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection of one owner: what is large or waits goes here, so that nothing else waits behind it.
///
/// It connects when first needed, and again after [#close]. Commands are pipelined. After a failure the owner
/// must close it if it may be broken, or the key has gone to another server; an error that Redis answered alone
/// breaks nothing. All calls must come from one Vert.x context, on which the answers come too.
public final class OwnLink {

    private final RedisLink redis;
    private final String key;
    private final long limitMs;
    private @Nullable Future<ServerConnection> connection;

    /// @param key whose primary it goes to; all commands must be about keys of its slot
    /// @param limitMs what an answer may take, or else it fails
    public OwnLink(RedisLink redis, String key, long limitMs) {
        this.redis = redis;
        this.key = key;
        this.limitMs = limitMs;
    }

    /// Sends one command.
    public Future<Response> send(Request request) {
        Future<ServerConnection> open = connection;
        if (open == null) {
            open = connect();
        }
        return open.compose(use -> use.send(request).timeout(limitMs, TimeUnit.MILLISECONDS));
    }

    /// Runs a script by its name, and by its source where Redis does not know it yet. In that case commands that
    /// were sent after it are done before it.
    public Future<Response> run(Script script, List<String> keys, List<?> arguments) {
        return send(script.byName(keys, arguments)).recover(failure -> {
            if (failure.getMessage() != null && failure.getMessage().startsWith("NOSCRIPT")) {
                return send(script.bySource(keys, arguments));
            }
            return Future.failedFuture(failure);
        });
    }

    /// Ends the connection, if there is one. The next command opens another.
    public void close() {
        Future<ServerConnection> open = connection;
        connection = null;
        if (open != null) {
            open.onSuccess(ServerConnection::close);
        }
    }

    private Future<ServerConnection> connect() {
        Promise<ServerConnection> promise = Promise.promise();
        Future<ServerConnection> mine = promise.future();
        connection = mine;
        redis.dedicated(key, ReadFrom.PRIMARY).onComplete(connected -> {
            if (connected.succeeded()) {
                connected.result().exceptionHandler(broken -> forget(mine));
                connected.result().endHandler(ended -> forget(mine));
                promise.complete(connected.result());
            } else {
                forget(mine);
                promise.fail(connected.cause());
            }
        });
        return mine;
    }

    private void forget(Future<ServerConnection> ended) {
        if (connection == ended) {
            connection = null;
        }
    }
}
