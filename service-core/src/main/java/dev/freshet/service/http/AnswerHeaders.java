package dev.freshet.service.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// What every answer says to browsers, refusals and preflights included.
///
/// A payload is whatever somebody published. Opened as a page of its own, an answer must not run scripts in the
/// service's origin, be taken for another type, stand in a frame, or be found in a cache by the next user of the
/// machine.
@ApplicationScoped
class AnswerHeaders {

    /// Ahead of everything that answers, CORS (400) too.
    private static final int PRIORITY = 500;

    /// Quarkus's own pages of dev mode are pages, and run scripts.
    private static final String OWN_PAGES = "/q/";

    void register(@Observes Filters filters) {
        filters.register(AnswerHeaders::handle, PRIORITY);
    }

    private static void handle(RoutingContext context) {
        MultiMap headers = context.response().headers();
        headers.set("X-Content-Type-Options", "nosniff");
        context.addHeadersEndHandler(written -> {
            // Routes whose answers may be kept have said so.
            if (!headers.contains("Cache-Control")) {
                headers.set("Cache-Control", "no-store");
            }
        });
        String path = context.request().path();
        if (path == null || !path.startsWith(OWN_PAGES)) {
            headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        }
        context.next();
    }
}
