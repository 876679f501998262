package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One shared connection to Redis on which commands are pipelined: they leave in the order in which they were
/// sent, without waiting for each other's answers.
///
/// It connects when first needed and again after a failure, and never keeps a caller waiting longer than the
/// limit: an answer that does not come in time fails, and the connection with it, for whoever is silent once may
/// be a peer that is gone. Every failure is a [RedisUnavailable]. Safe for any thread; answers come on the
/// caller's context.
@Singleton
public final class RedisLink {

    private static final Logger LOG = Logger.getLogger(RedisLink.class);

    private final Vertx vertx;
    private final Redis redis;
    private final long limitMs;
    private final AtomicReference<@Nullable Future<RedisConnection>> current = new AtomicReference<>();

    RedisLink(
            Vertx vertx,
            Redis redis,
            @ConfigProperty(name = "freshet.redis.command-timeout", defaultValue = "2S") Duration limit) {
        this.vertx = vertx;
        this.redis = redis;
        this.limitMs = limit.toMillis();
    }

    /// Sends one command.
    public Future<Response> send(Request request) {
        Future<RedisConnection> connection = connection();
        return within(connection.compose(open -> open.send(request)), () -> drop(connection));
    }

    /// Runs a script by its name, and by its source where Redis does not know it yet.
    public Future<Response> run(Script script, List<String> keys, List<?> arguments) {
        return send(script.byName(keys, arguments)).recover(failure -> {
            if (failure.getMessage() != null && failure.getMessage().startsWith("NOSCRIPT")) {
                return send(script.bySource(keys, arguments));
            }
            return Future.failedFuture(failure);
        });
    }

    /// A connection of the caller's own, for commands that block. The caller closes it.
    public Future<RedisConnection> dedicated() {
        Future<RedisConnection> connecting = redis.connect();
        // One that comes too late has no owner who would close it.
        return within(connecting, () -> connecting.onSuccess(RedisConnection::close));
    }

    private Future<RedisConnection> connection() {
        while (true) {
            Future<RedisConnection> known = current.get();
            if (known != null) {
                return known;
            }
            Promise<RedisConnection> promise = Promise.promise();
            Future<RedisConnection> mine = promise.future();
            if (current.compareAndSet(null, mine)) {
                redis.connect().onComplete(result -> {
                    if (result.failed()) {
                        current.compareAndSet(mine, null);
                        promise.fail(result.cause());
                        return;
                    }
                    RedisConnection connection = result.result();
                    connection.exceptionHandler(failure -> current.compareAndSet(mine, null));
                    connection.endHandler(ended -> current.compareAndSet(mine, null));
                    promise.complete(connection);
                });
                return mine;
            }
        }
    }

    private <T> Future<T> within(Future<T> answer, Runnable onSilence) {
        Promise<T> promise = promise();
        long timer = vertx.setTimer(limitMs, fired -> {
            if (promise.tryFail(new RedisUnavailable("no answer within " + limitMs + " ms"))) {
                onSilence.run();
            }
        });
        answer.onComplete(result -> {
            vertx.cancelTimer(timer);
            if (result.succeeded()) {
                promise.tryComplete(result.result());
            } else {
                promise.tryFail(new RedisUnavailable(result.cause()));
            }
        });
        return promise.future();
    }

    /// Completes on the caller's context, where there is one, whichever thread the answer comes on.
    private static <T> Promise<T> promise() {
        ContextInternal context = ContextInternal.current();
        return context == null ? Promise.promise() : context.promise();
    }

    private void drop(Future<RedisConnection> silent) {
        if (current.compareAndSet(silent, null)) {
            LOG.warn("Redis gave no answer in time; its connection is dropped");
            silent.onSuccess(RedisConnection::close);
        }
    }
}
