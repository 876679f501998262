package dev.freshet.service.log;

import dev.freshet.service.redis.ReadFrom;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.RedisUnavailable;
import dev.freshet.service.redis.Script;
import dev.freshet.service.redis.ServerConnection;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs scripts and answers once replicas have what they wrote.
///
/// `WAIT` holds up its whole connection and speaks of what was written on it before, so these scripts have a
/// connection of their own. While one `WAIT` is under way, scripts gather; then they run together, in order,
/// and share the next one. Safe for any thread; answers come on the caller's context.
///
/// @see <a href="https://redis.io/docs/latest/commands/wait/">WAIT</a>
final class ReplicatedRuns {

    private static final int MAX_TOGETHER = 256;

    /// What Redis may take beyond the wait itself.
    private static final long ANSWER_LIMIT_MS = 2_000;

    private record Run(Script script, List<String> keys, List<?> arguments, Promise<Response> done) {}

    private final RedisLink redis;
    private final String key;
    private final int replicas;
    private final long timeoutMs;
    private final Context context;

    // Touched on the context only.
    private final Queue<Run> waiting = new ArrayDeque<>();
    private @Nullable ServerConnection connection;
    private boolean busy;

    /// @param key whose primary they run on; all keys of the scripts must be in its slot
    ReplicatedRuns(Vertx vertx, RedisLink redis, String key, int replicas, long timeoutMs) {
        this.redis = redis;
        this.key = key;
        this.replicas = replicas;
        this.timeoutMs = timeoutMs;
        this.context = vertx.getOrCreateContext();
    }

    /// Fails with [NotReplicated] if the script ran and too few replicas acknowledged in time, and with
    /// [RedisUnavailable] if it is not known whether it ran.
    Future<Response> run(Script script, List<String> keys, List<?> arguments) {
        ContextInternal caller = ContextInternal.current();
        Promise<Response> done = caller == null ? Promise.promise() : caller.promise();
        context.runOnContext(now -> {
            waiting.add(new Run(script, keys, arguments, done));
            next();
        });
        return done.future();
    }

    private void next() {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        List<Run> together = new ArrayList<>();
        while (together.size() < MAX_TOGETHER && !waiting.isEmpty()) {
            together.add(waiting.remove());
        }
        connected()
                .onFailure(failure -> {
                    together.forEach(run -> run.done.fail(unavailable(failure)));
                    finished();
                })
                .onSuccess(use -> runAll(use, together));
    }

    private void runAll(ServerConnection use, List<Run> together) {
        List<Future<Response>> answers =
                together.stream().map(run -> run(use, run)).toList();
        // Only when all have run: one that Redis did not know by its name runs later than the others.
        Future.join(answers)
                .otherwiseEmpty()
                .compose(all -> answers.stream().anyMatch(Future::succeeded)
                        ? send(use, Request.cmd(Command.WAIT).arg(replicas).arg(timeoutMs))
                        : Future.failedFuture("nothing was written"))
                .onComplete(acknowledged -> {
                    for (int i = 0; i < answers.size(); i++) {
                        conclude(together.get(i).done, answers.get(i), acknowledged);
                    }
                    // One that too few follow may be a primary no more.
                    if (acknowledged.failed() || acknowledged.result().toInteger() < replicas) {
                        drop(use);
                    }
                    finished();
                });
    }

    private void conclude(
            Promise<Response> done, Future<Response> answer, io.vertx.core.AsyncResult<Response> acknowledged) {
        if (answer.failed()) {
            done.fail(unavailable(answer.cause()));
        } else if (acknowledged.failed()) {
            done.fail(new NotReplicated(
                    "no answer to WAIT: " + acknowledged.cause().getMessage()));
        } else if (acknowledged.result().toInteger() < replicas) {
            done.fail(new NotReplicated(
                    acknowledged.result() + " of " + replicas + " replicas acknowledged within " + timeoutMs + " ms"));
        } else {
            done.complete(answer.result());
        }
    }

    private void finished() {
        busy = false;
        next();
    }

    private Future<Response> run(ServerConnection use, Run run) {
        return send(use, run.script.byName(run.keys, run.arguments))
                .recover(failure -> String.valueOf(failure.getMessage()).startsWith("NOSCRIPT")
                        ? send(use, run.script.bySource(run.keys, run.arguments))
                        : Future.failedFuture(failure));
    }

    private Future<Response> send(ServerConnection use, Request request) {
        return use.send(request).timeout(timeoutMs + ANSWER_LIMIT_MS, TimeUnit.MILLISECONDS);
    }

    /// Never another one between a script and its `WAIT`: a fresh connection has written nothing to wait for.
    private Future<ServerConnection> connected() {
        ServerConnection open = connection;
        return open != null
                ? Future.succeededFuture(open)
                : redis.dedicated(key, ReadFrom.PRIMARY).onSuccess(fresh -> {
                    connection = fresh;
                    fresh.exceptionHandler(broken -> forget(fresh));
                    fresh.endHandler(ended -> forget(fresh));
                });
    }

    private void drop(ServerConnection used) {
        forget(used);
        used.close();
    }

    private void forget(ServerConnection ended) {
        if (connection == ended) {
            connection = null;
        }
    }

    private static RedisUnavailable unavailable(Throwable failure) {
        return failure instanceof RedisUnavailable already ? already : new RedisUnavailable(failure);
    }
}
