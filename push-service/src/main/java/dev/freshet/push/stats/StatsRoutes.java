package dev.freshet.push.stats;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.admission.Admission;
import dev.freshet.push.http.JsonAnswer;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// `GET /api/stats`: figures over all pods, for everybody who is signed in.
@ApplicationScoped
class StatsRoutes {

    private static final String PATH = "/api/stats";

    private final Admission admission;
    private final Stats stats;
    private final ProblemAnswer problems;

    StatsRoutes(Admission admission, Stats stats, ProblemAnswer problems) {
        this.admission = admission;
        this.stats = stats;
        this.problems = problems;
    }

    void register(@Observes Router router) {
        router.route(PATH)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> admission
                        .admit(context.request())
                        .onSuccess(caller -> answer(context))
                        .onFailure(failure -> problems.send(context, failure)));
        router.route(PATH).handler(context -> {
            context.response().putHeader("Allow", "GET, HEAD");
            problems.send(context, ProblemAnswer.ofStatus(405));
        });
    }

    private void answer(RoutingContext context) {
        byte[] sums = stats.sums();
        if (sums == null) {
            problems.send(
                    context,
                    ProblemException.retryAfter(1, ProblemType.UNAVAILABLE, "Figures are not there yet; try again."));
        } else {
            JsonAnswer.keepFor(2, context, sums);
        }
    }
}
