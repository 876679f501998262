package dev.freshet.service.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/// Whether spans are made, decided once, when the service starts.
@Singleton
public final class Tracing {

    private final @Nullable Export export;

    /// @throws IllegalStateException with a sentence if a setting cannot be meant
    @Inject
    Tracing(Config config, MeterRegistry meters) {
        TraceSettings settings = TraceSettings.of(config);
        export = settings == null ? null : Export.start(settings, meters);
    }

    /// By which spans are made; `null` where none are. To be asked once and kept.
    public @Nullable Tracer tracer() {
        return export == null ? null : export.tracer();
    }

    /// By which appends to the log have spans; `null` where they have none. To be asked once and kept.
    public @Nullable AppendSpans appends() {
        Tracer tracer = tracer();
        return tracer == null ? null : new AppendSpans(tracer);
    }

    void stop(@Observes ShutdownEvent event) {
        if (export != null) {
            export.stop();
        }
    }
}
