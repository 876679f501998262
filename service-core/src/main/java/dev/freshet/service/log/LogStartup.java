package dev.freshet.service.log;

import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/// Agrees with the log before a service takes part: not ready until then, and it exits if there is no agreement.
///
/// Redis may come up later than the service, so an unreachable one is asked again; once agreed, the loss of Redis
/// changes nothing about readiness.
@Readiness
@ApplicationScoped
@IfBuildProperty(name = "freshet.service.uses-log", stringValue = "true")
public class LogStartup implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(LogStartup.class);

    private static final long RETRY_MS = 500;

    private final Log log;
    private final Vertx vertx;
    private volatile boolean agreed;

    LogStartup(Log log, Vertx vertx) {
        this.log = log;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent event) {
        attempt();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("log").status(agreed).build();
    }

    private void attempt() {
        List<Future<LogFacts>> all = new ArrayList<>();
        for (int partition = 0; partition < log.partitions().count(); partition++) {
            all.add(log.open(partition));
        }
        Future.all(all).onSuccess(done -> agreed = true).onFailure(failure -> {
            if (failure instanceof LogMismatch) {
                LOG.fatalf("Cannot start: %s.", failure.getMessage());
                Quarkus.asyncExit(1);
                return;
            }
            LOG.warnf("Redis cannot be asked for the log yet (%s); trying again.", failure.getMessage());
            vertx.setTimer(RETRY_MS, fired -> attempt());
        });
    }
}
