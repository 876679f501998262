package dev.freshet.push.log;

import dev.freshet.service.log.LogFacts;
import dev.freshet.service.redis.RedisUnavailable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Looks at the log on its primary for whoever asks: one look for all who ask meanwhile, and each looks from a
/// time after he asked. Confined to its tail's context, but for [#ask()].
final class Looks {

    /// How long whoever asks is kept waiting.
    private static final long LIMIT_MS = 2000;

    private final Vertx vertx;
    private final Context context;
    private final Supplier<Future<Optional<LogFacts>>> look;
    private final Set<Promise<LogFacts>> waiting = new LinkedHashSet<>();
    private boolean looking;

    /// @param look answers empty while the tail has something to settle first; it calls [#look()] when it has
    Looks(Vertx vertx, Context context, Supplier<Future<Optional<LogFacts>>> look) {
        this.vertx = vertx;
        this.context = context;
        this.look = look;
    }

    /// Fails with [RedisUnavailable] if there is no answer in time. Safe for any thread.
    Future<LogFacts> ask() {
        Promise<LogFacts> promise = Promise.promise();
        long timer = vertx.setTimer(
                LIMIT_MS, fired -> promise.tryFail(new RedisUnavailable("the log could not be looked at")));
        context.runOnContext(now -> {
            waiting.add(promise);
            look();
        });
        return promise.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            // In a long outage many come and are told, and none may stay.
            context.runOnContext(now -> waiting.remove(promise));
        });
    }

    /// The tail knows again what it reads, so that those who wait can be answered.
    void look() {
        if (looking || waiting.isEmpty()) {
            return;
        }
        looking = true;
        List<Promise<LogFacts>> asked = List.copyOf(waiting);
        look.get().onComplete(answer -> {
            looking = false;
            if (answer.succeeded() && answer.result().isEmpty()) {
                return;
            }
            asked.forEach(waiting::remove);
            for (Promise<LogFacts> each : asked) {
                if (answer.succeeded()) {
                    each.tryComplete(answer.result().orElseThrow());
                } else {
                    each.tryFail(answer.cause());
                }
            }
            look();
        });
    }
}
