package dev.freshet.service.http;

import dev.freshet.service.problem.ProblemAnswer;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Refuses what is announced to be larger than any body may be, ahead of Quarkus, whose own 413 is empty.
@ApplicationScoped
class BodyLimit {

    /// Behind CORS (400), whose headers belong to this answer too, and ahead of Quarkus (2).
    private static final int PRIORITY = 300;

    private final ProblemAnswer problems;
    private final long limit;

    BodyLimit(ProblemAnswer problems, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.problems = problems;
        this.limit = limit.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        if (BodyReader.announced(context.request().getHeader("Content-Length")) > limit) {
            problems.send(context, ProblemAnswer.ofStatus(413));
            BodyReader.discard(context.request());
        } else {
            context.next();
        }
    }
}
