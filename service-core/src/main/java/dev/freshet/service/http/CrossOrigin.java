package dev.freshet.service.http;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.identity.Origins;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// CORS with credentials for the origins of one list, and the same answer to every path's preflight in every service:
/// a gateway may send a preflight anywhere.
///
/// A request of another origin is not refused here (its page just cannot read the answer), unless it is a preflight or
/// wants a WebSocket, to which browsers apply no such rule.
///
/// @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, CORS protocol</a>
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-10.2">RFC 6455, section 10.2</a>
@ApplicationScoped
class CrossOrigin {

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Last-Event-ID, Idempotency-Key, If-Match, If-None-Match, traceparent";
    private static final String EXPOSED_HEADERS = "ETag, Retry-After";
    private static final String MAX_AGE_SECONDS = "600";

    /// Ahead of everything that could answer; the higher the earlier.
    private static final int PRIORITY = 400;

    private final Origins origins;
    private final ProblemAnswer problems;

    CrossOrigin(Origins origins, ProblemAnswer problems) {
        this.origins = origins;
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader("Origin");
        if (origin == null) {
            context.next();
            return;
        }
        MultiMap headers = context.response().headers();
        headers.add("Vary", "Origin");
        boolean preflight =
                request.method() == HttpMethod.OPTIONS && request.headers().contains("Access-Control-Request-Method");
        if (!origins.allow(origin, request)) {
            if (preflight || "websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
                problems.send(
                        context,
                        ProblemException.of(ProblemType.FORBIDDEN_ORIGIN, "Pages of this origin are not allowed."));
            } else {
                context.next();
            }
            return;
        }
        headers.set("Access-Control-Allow-Origin", origin);
        headers.set("Access-Control-Allow-Credentials", "true");
        if (preflight) {
            headers.set("Access-Control-Allow-Methods", METHODS);
            headers.set("Access-Control-Allow-Headers", REQUEST_HEADERS);
            headers.set("Access-Control-Max-Age", MAX_AGE_SECONDS);
            context.response().setStatusCode(204).end();
        } else {
            headers.set("Access-Control-Expose-Headers", EXPOSED_HEADERS);
            context.next();
        }
    }
}
