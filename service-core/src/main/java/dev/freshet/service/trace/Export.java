package dev.freshet.service.trace;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSenderProvider;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Sends spans to a collector by OTLP over HTTP, on threads of its own.
///
/// @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
final class Export {

    private static final Logger LOG = Logger.getLogger(Export.class);

    /// What the last spans may hold up the end of the process, when the collector does not answer.
    private static final long END_MS = 2_000;

    /// In place of `ServiceLoader`, for which a native image would need a list.
    private static final class Sender implements ComponentLoader {

        @Override
        public <T> Iterable<T> load(Class<T> service) {
            JdkHttpSenderProvider sender = new JdkHttpSenderProvider();
            return service.isInstance(sender) ? List.of(service.cast(sender)) : List.of();
        }
    }

    private final SdkTracerProvider provider;

    private Export(SdkTracerProvider provider) {
        this.provider = provider;
    }

    static Export start(TraceSettings settings, MeterRegistry meters) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setComponentLoader(new Sender())
                .setEndpoint(settings.endpoint().toString())
                .setTimeout(settings.timeout());
        settings.headers().forEach(exporter::addHeader);
        AttributesBuilder resource = Attributes.builder();
        settings.attributes().forEach(resource::put);
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
                .setResource(Resource.getDefault().merge(Resource.create(resource.build())))
                .addSpanProcessor(new SpanQueue(exporter.build(), settings.queue(), settings.pause(), meters))
                .build();
        LOG.infof(
                "Traces go to %s; of those that begin here, %s are recorded.",
                settings.endpoint().getAuthority(), settings.ratio());
        return new Export(provider);
    }

    Tracer tracer() {
        return provider.get("dev.freshet");
    }

    void stop() {
        provider.shutdown().join(END_MS, TimeUnit.MILLISECONDS);
    }
}
