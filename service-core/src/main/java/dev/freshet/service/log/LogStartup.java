package dev.freshet.service.log;

import dev.freshet.service.redis.ServerTooOld;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/// Agrees with the log before a service takes part: not ready until then, and it exits if there is no agreement.
///
/// Redis may come up later than the service, so an unreachable one is asked again; once agreed, the loss of Redis
/// changes nothing about readiness. A Redis that may lose what it acknowledged is no reason not to start (somebody may
/// want that, for tests), but it is said, in the log and by a metric.
@Readiness
@ApplicationScoped
@IfBuildProperty(name = "freshet.service.uses-log", stringValue = "true")
public class LogStartup implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(LogStartup.class);

    private static final long RETRY_MS = 500;

    private final Log log;
    private final Vertx vertx;
    private final AtomicInteger evicting;
    private final AtomicInteger notPersistent;
    private volatile boolean agreed;

    LogStartup(Log log, Vertx vertx, MeterRegistry meters) {
        this.log = log;
        this.vertx = vertx;
        this.evicting = unsafe(meters, "eviction");
        this.notPersistent = unsafe(meters, "persistence");
    }

    private static AtomicInteger unsafe(MeterRegistry meters, String setting) {
        AtomicInteger partitions = new AtomicInteger();
        Gauge.builder("freshet.redis.unsafe", partitions, AtomicInteger::get)
                .description("Partitions whose Redis, when the service started, might lose what it acknowledged")
                .tag("setting", setting)
                .register(meters);
        return partitions;
    }

    void start(@Observes StartupEvent event) {
        attempt();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("log").status(agreed).build();
    }

    private void attempt() {
        List<Future<ServerSettings>> all = new ArrayList<>();
        for (int i = 0; i < log.partitions().count(); i++) {
            int partition = i;
            all.add(log.server(partition)
                    .compose(settings -> log.open(partition).map(settings)));
        }
        CompositeFuture opened = Future.all(all);
        opened.onSuccess(done -> {
            agreed = true;
            warn(opened.list());
        });
        opened.onFailure(failure -> {
            if (failure instanceof LogMismatch || failure instanceof ServerTooOld) {
                LOG.fatalf("Cannot start: %s.", failure.getMessage());
                Quarkus.asyncExit(1);
                return;
            }
            LOG.warnf("Redis cannot be asked for the log yet (%s); trying again.", failure.getMessage());
            vertx.setTimer(RETRY_MS, fired -> attempt());
        });
    }

    private void warn(List<ServerSettings> servers) {
        evicting.set((int) servers.stream().filter(ServerSettings::evicts).count());
        notPersistent.set(
                (int) servers.stream().filter(server -> !server.persists()).count());
        if (evicting.get() > 0) {
            LOG.warn("Redis throws keys away when it is full, and with them events, histories and documents:"
                    + " its maxmemory-policy must be noeviction.");
        }
        if (notPersistent.get() > 0) {
            LOG.warn("Redis has no append-only file: what it acknowledged is lost when it restarts."
                    + " Set appendonly to yes.");
        }
    }
}
