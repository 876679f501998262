package dev.freshet.events.inspect;

import dev.freshet.contract.log.Rejection;
import dev.freshet.events.config.InspectConfig;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Looks at every entry of the log once: what no reader can use is counted and kept with the reason.
@ApplicationScoped
class LogInspector {

    private final Vertx vertx;
    private final RedisLink redis;
    private final Log log;
    private final InspectConfig config;
    private final Map<Rejection, Counter> rejected = new EnumMap<>(Rejection.class);
    private final List<InspectionLoop> loops = new ArrayList<>();

    LogInspector(Vertx vertx, RedisLink redis, Log log, InspectConfig config, MeterRegistry meters) {
        this.vertx = vertx;
        this.redis = redis;
        this.log = log;
        this.config = config;
        if (config.interval().toMillis() < 1 || config.rejectedCap() < 1) {
            throw new IllegalStateException(
                    "freshet.inspect.interval must be at least 1 ms and freshet.inspect.rejected-cap at least 1");
        }
        for (Rejection reason : Rejection.values()) {
            rejected.put(
                    reason,
                    Counter.builder("freshet.events.rejected")
                            .description("Malformed entries of the log that this replica kept aside")
                            .tag("reason", reason.word())
                            .register(meters));
        }
    }

    void start(@Observes StartupEvent event) {
        if (!config.enabled()) {
            return;
        }
        for (int p = 0; p < log.partitions().count(); p++) {
            PartitionInspector inspector =
                    new PartitionInspector(redis, log.partitions(), p, config.rejectedCap(), this::count);
            loops.add(new InspectionLoop(vertx, inspector, config.interval().toMillis()));
        }
        loops.forEach(InspectionLoop::start);
    }

    void stop(@Observes ShutdownEvent event) {
        loops.forEach(InspectionLoop::stop);
    }

    private void count(Rejection reason) {
        Counter counter = rejected.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }
}
