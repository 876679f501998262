package dev.freshet.push.stats;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.StatsScripts;
import dev.freshet.push.admission.ConnectionLimit;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Totals;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Tells this pod's figures to Redis every second, and keeps the sums over all pods that it answers.
///
/// Whoever asks costs nothing but the answer. All on one Vert.x context.
@Singleton
final class Stats {

    private static final Logger LOG = Logger.getLogger(Stats.class);

    private static final Script REPORT = Script.of(StatsScripts.REPORT);

    private static final long EVERY_MS = 1_000;

    /// A pod that says nothing for so long is not there.
    private static final long LIFE_MS = 10_000;

    /// For so long sums stay the same bytes.
    private static final long FRESH_MS = 2_000;

    private final Vertx vertx;
    private final Context context;
    private final RedisLink redis;
    private final PushMetrics metrics;
    private final ConnectionLimit connections;
    private final String pod = UUID.randomUUID().toString();
    private final Throughput throughput = new Throughput();

    private volatile byte @Nullable [] sums;
    private volatile boolean stopped;

    Stats(Vertx vertx, RedisLink redis, PushMetrics metrics, ConnectionLimit connections) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.redis = redis;
        this.metrics = metrics;
        this.connections = connections;
    }

    void start(@Observes StartupEvent event) {
        context.runOnContext(now -> report());
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    /// The sums as JSON, a few seconds old at most while Redis answers. Safe for any thread.
    ///
    /// @return `null` before Redis answered for the first time
    byte @Nullable [] sums() {
        return sums;
    }

    private void report() {
        if (stopped) {
            return;
        }
        Totals totals = metrics.totals();
        throughput.add(System.nanoTime(), totals);
        String figures = String.format(
                Locale.ROOT,
                "%d %d %d %d %.3f %.3f",
                totals.sse(),
                totals.webSocket(),
                totals.poll(),
                connections.users(),
                throughput.read(),
                throughput.delivered());
        Future<byte[]> answer = redis.run(
                        REPORT, List.of(Keys.podFigures(), Keys.stats()), List.of(pod, figures, LIFE_MS, FRESH_MS))
                .map(json -> json.toString().getBytes(StandardCharsets.UTF_8));
        answer.onSuccess(json -> sums = json)
                .onFailure(failure -> LOG.debugf("The figures were not told: %s", failure.getMessage()))
                .onComplete(done -> vertx.setTimer(EVERY_MS, fired -> context.runOnContext(now -> report())));
    }
}
