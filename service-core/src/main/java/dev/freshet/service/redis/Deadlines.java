package dev.freshet.service.redis;

import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Fails calls whose answers do not come in time.
///
/// All calls have the same limit, so they are due in the order in which they came, and one timer serves them all:
/// one for each would cost more than the call. Confined to one event loop.
final class Deadlines {

    /// @param at of [System#nanoTime()]
    private record Due(Call call, long at) {}

    private final Vertx vertx;
    private final long limitMs;
    private final Consumer<Call> overdue;
    private final Deque<Due> waiting = new ArrayDeque<>();
    private boolean armed;

    /// @param overdue is told of each call that was failed
    Deadlines(Vertx vertx, long limitMs, Consumer<Call> overdue) {
        this.vertx = vertx;
        this.limitMs = limitMs;
        this.overdue = overdue;
    }

    void add(Call call) {
        forgetAnswered();
        waiting.add(new Due(call, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs)));
        if (!armed) {
            arm(limitMs);
        }
    }

    private void forgetAnswered() {
        while (!waiting.isEmpty() && waiting.getFirst().call.isAnswered()) {
            waiting.removeFirst();
        }
    }

    private void arm(long ms) {
        armed = true;
        vertx.setTimer(ms, fired -> look());
    }

    private void look() {
        armed = false;
        long now = System.nanoTime();
        forgetAnswered();
        while (!waiting.isEmpty() && waiting.getFirst().at - now <= 0) {
            Call call = waiting.removeFirst().call;
            if (call.fail(new RedisUnavailable("no answer within " + limitMs + " ms"))) {
                overdue.accept(call);
            }
            forgetAnswered();
        }
        if (!waiting.isEmpty()) {
            // Rounded up, or it would fire just before.
            arm(TimeUnit.NANOSECONDS.toMillis(waiting.getFirst().at - now) + 1);
        }
    }
}
