package dev.freshet.events.index;

import dev.freshet.events.config.HistoryConfig;
import dev.freshet.events.config.RetentionConfig;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Starts and ends the work on every partition.
@ApplicationScoped
class Indexers {

    private final Vertx vertx;
    private final RedisLink redis;
    private final Log log;
    private final HistoryConfig config;
    private final IndexBounds bounds;
    private final List<IndexMetrics> metrics = new ArrayList<>();
    private final List<IndexLoop> loops = new ArrayList<>();

    Indexers(
            Vertx vertx,
            RedisLink redis,
            Log log,
            HistoryConfig config,
            RetentionConfig retention,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.redis = redis;
        this.log = log;
        this.config = config;
        this.bounds = IndexBounds.of(config, retention);
        for (int p = 0; p < log.partitions().count(); p++) {
            metrics.add(new IndexMetrics(meters, p, bounds));
        }
    }

    void start(@Observes StartupEvent event) {
        if (!config.enabled()) {
            return;
        }
        String holder = UUID.randomUUID().toString();
        for (int p = 0; p < log.partitions().count(); p++) {
            PartitionWork work = new PartitionWork(redis, log, p, bounds, metrics.get(p), holder, System::nanoTime);
            loops.add(new IndexLoop(vertx, work, config.interval().toMillis()));
        }
        loops.forEach(IndexLoop::start);
    }

    /// Does not wait: a lease that is not given back ends by itself within seconds.
    void stop(@Observes ShutdownEvent event) {
        loops.forEach(IndexLoop::stop);
    }
}
