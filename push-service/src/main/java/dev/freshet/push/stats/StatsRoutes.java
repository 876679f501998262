package dev.freshet.push.stats;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.http.JsonAnswer;
import dev.freshet.push.http.Queries;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// `GET /api/stats`: figures over all pods, for everybody who is signed in.
@ApplicationScoped
class StatsRoutes {

    private static final String PATH = "/api/stats";

    private final Queries queries;
    private final Stats stats;

    StatsRoutes(Queries queries, Stats stats) {
        this.queries = queries;
        this.stats = stats;
    }

    void register(@Observes Router router) {
        queries.answer(
                router, PATH, (context, caller) -> sums(), (context, sums) -> JsonAnswer.keepFor(2, context, sums));
    }

    private Future<byte[]> sums() {
        byte[] sums = stats.sums();
        return sums != null
                ? Future.succeededFuture(sums)
                : Future.failedFuture(ProblemException.retryAfter(
                        1, ProblemType.UNAVAILABLE, "Figures are not there yet; try again."));
    }
}
