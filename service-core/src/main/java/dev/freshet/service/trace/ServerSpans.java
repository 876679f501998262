package dev.freshet.service.trace;

import dev.freshet.contract.log.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A span for each command: a request that is to change something. Queries and streams have none; a stream would be
/// one of hours.
///
/// From here on the request's own `traceparent` header is that of the span, if it is recorded: who reads the header
/// makes children of the span, and need not know whether spans are made.
///
/// @see <a href="https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server">Semantic conventions for
///     HTTP server spans</a>
@ApplicationScoped
class ServerSpans {

    /// Ahead of all that answers, so that what is refused has a span, too.
    private static final int PRIORITY = 600;

    private static final String HEADER = "traceparent";
    private static final Set<HttpMethod> COMMANDS =
            Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final @Nullable Tracer tracer;

    ServerSpans(Tracing tracing) {
        this.tracer = tracing.tracer();
    }

    void register(@Observes Filters filters) {
        if (tracer != null) {
            filters.register(this::handle, PRIORITY);
        }
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (COMMANDS.contains(request.method())) {
            Span span = start(request);
            SpanContext own = span.getSpanContext();
            if (own.isSampled()) {
                request.headers().set(HEADER, SpanContexts.text(own));
                context.addEndHandler(answered ->
                        end(span, answered.failed() ? 0 : context.response().getStatusCode()));
            }
        }
        context.next();
    }

    private Span start(HttpServerRequest request) {
        String method = request.method().name();
        String route = Routes.of(request.path());
        SpanBuilder span = Objects.requireNonNull(tracer)
                .spanBuilder(route == null ? method : method + " " + route)
                .setParent(SpanContexts.parent(TraceParent.orNull(request.getHeader(HEADER))))
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, method)
                .setAttribute(SCHEME, Objects.requireNonNullElse(request.scheme(), "http"));
        // Not url.path, which names users, nor url.query, where tickets travel.
        if (route != null) {
            span.setAttribute(ROUTE, route);
        }
        return span.startSpan();
    }

    /// @param status 0 if the client had gone before it was answered
    private static void end(Span span, int status) {
        if (status == 0) {
            span.setAttribute(ERROR_TYPE, "client_gone").setStatus(StatusCode.ERROR);
        } else {
            span.setAttribute(STATUS, (long) status);
            if (status >= 500) {
                span.setAttribute(ERROR_TYPE, Integer.toString(status)).setStatus(StatusCode.ERROR);
            }
        }
        span.end();
    }
}
