package dev.freshet.service.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/// One shared connection per primary on which commands are pipelined: those to one slot leave in the order in
/// which they were sent, without waiting for each other's answers.
///
/// Redis may stand alone, be watched by Sentinels, or be a cluster, as `quarkus.redis.client-type` says. In every
/// case these are plain connections to the servers themselves, and this class finds the primaries. Vert.x's own
/// clients for Sentinel and Cluster take connections from a pool and send a redirected command behind those that
/// came after it, so they could promise neither an order nor that a silent connection is not used again.
///
/// It connects when first needed and again after a failure, and never keeps a caller waiting longer than the
/// limit: an answer that does not come in time fails, and the connection with it, for whoever is silent once may
/// be a peer that is gone. A replaced primary is noticed by its errors, its silence, or within a second. Every
/// failure is a [RedisUnavailable]. Safe for any thread; answers come on the caller's context.
@Singleton
public final class RedisLink {

    private final Vertx vertx;
    private final ContextInternal home;
    private final Connector connector;
    private final Topology topology;
    private final Router router;
    private final long limitMs;

    /// Touched on `home` only.
    private final Deadlines deadlines;

    /// @param made by Quarkus and not used itself, but its making is what fills `options`
    @Inject
    RedisLink(Vertx vertx, Redis made, EffectiveOptions options, RedisConfig config) {
        this(vertx, options.get(), config.commandTimeout());
    }

    RedisLink(Vertx vertx, RedisOptions options, Duration limit) {
        this.vertx = vertx;
        this.home = ((VertxInternal) vertx).createEventLoopContext();
        this.limitMs = limit.toMillis();
        this.connector = new Connector(vertx, options, limitMs);
        this.topology = switch (options.getType()) {
            case STANDALONE -> new StandaloneTopology(connector);
            case SENTINEL -> new SentinelTopology(connector, options.getMasterName());
            case CLUSTER -> new ClusterTopology(connector);
            case REPLICATION ->
                throw new IllegalStateException("quarkus.redis.client-type must be standalone, sentinel or cluster");
        };
        this.router = new Router(vertx, connector, topology);
        this.deadlines = new Deadlines(vertx, limitMs, router::silent);
    }

    /// Sends one command. All its keys must be in one slot.
    public Future<Response> send(Request request) {
        Promise<Response> answer = promise();
        return sent(Call.of(request, answer), answer);
    }

    /// Runs a script. All its keys must be in one slot.
    public Future<Response> run(Script script, List<String> keys, List<?> arguments) {
        Promise<Response> answer = promise();
        return sent(Call.of(script, keys, arguments, answer), answer);
    }

    /// A connection of the caller's own to the server that has this key now, for commands that block. It stays
    /// with that server and follows no redirect: an error that begins with `MOVED` or `ASK` means that the key is
    /// not there, and the caller connects again. The caller closes it.
    ///
    /// A server that stops being a primary need not end the connection; who cannot live with that has to look.
    public Future<ServerConnection> dedicated(String key, ReadFrom from) {
        int slot = Slots.of(key);
        // There its answers come without a hop.
        ContextInternal own = ((ContextInternal) vertx.getOrCreateContext()).unwrap();
        Promise<ServerConnection> promise = promise();
        onTimeout(promise);
        Future<ServerConnection> connecting = switch (from) {
            case PRIMARY -> primary(slot, own);
            case REPLICA -> replica(slot, own).recover(failure -> primary(slot, own));
        };
        connecting.onComplete(result -> {
            if (result.failed()) {
                promise.tryFail(unavailable(result.cause()));
            } else if (!promise.tryComplete(result.result())) {
                // Too late: it has no owner who would close it.
                result.result().close();
            }
        });
        return promise.future();
    }

    /// Where the shared connections are: from there a command is written, and there its answer comes, without a hop to
    /// another thread. For what is done often and is little work.
    public Context home() {
        return home;
    }

    @PreDestroy
    void close() {
        home.runOnContext(now -> router.close());
    }

    private Future<Response> sent(Call call, Promise<Response> answer) {
        home.runOnContext(now -> {
            deadlines.add(call);
            router.dispatch(call);
        });
        return answer.future();
    }

    private Future<ServerConnection> primary(int slot, ContextInternal on) {
        return on(home, () -> router.primary(slot)).compose(address -> on(on, () -> connector.primary(address)));
    }

    private Future<ServerConnection> replica(int slot, ContextInternal on) {
        return on(home, () -> router.replicas(slot))
                .compose(addresses -> on(on, () -> connector.replica(addresses.iterator(), topology.isCluster())));
    }

    private static <T> Future<T> on(ContextInternal context, Supplier<Future<T>> step) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> step.get().onComplete(promise));
        return promise.future();
    }

    private <T> void onTimeout(Promise<T> promise) {
        long timer = vertx.setTimer(
                limitMs, fired -> promise.tryFail(new RedisUnavailable("no answer within " + limitMs + " ms")));
        promise.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private static RedisUnavailable unavailable(Throwable failure) {
        return failure instanceof RedisUnavailable known ? known : new RedisUnavailable(failure);
    }

    /// Completes on the caller's context, where there is one, whichever thread the answer comes on.
    private static <T> Promise<T> promise() {
        ContextInternal context = ContextInternal.current();
        return context == null ? Promise.promise() : context.promise();
    }
}
