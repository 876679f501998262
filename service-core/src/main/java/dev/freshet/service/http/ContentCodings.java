package dev.freshet.service.http;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Refuses compressed bodies: a few kilobytes of gzip can be gigabytes, and every limit is about what was sent.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16">RFC 9110, 415 Unsupported Media Type</a>
@ApplicationScoped
class ContentCodings {

    /// Behind CORS (400), ahead of the size of the body (300), which says nothing here.
    private static final int PRIORITY = 350;

    private final ProblemAnswer problems;

    ContentCodings(ProblemAnswer problems) {
        this.problems = problems;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        String coding = context.request().getHeader("Content-Encoding");
        if (coding == null || coding.isBlank() || coding.strip().equalsIgnoreCase("identity")) {
            context.next();
            return;
        }
        context.response().putHeader("Accept-Encoding", "identity");
        problems.send(
                context, ProblemException.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Bodies are not taken compressed."));
        BodyReader.discard(context.request());
    }
}
