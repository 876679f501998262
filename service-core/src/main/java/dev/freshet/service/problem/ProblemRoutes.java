package dev.freshet.service.problem;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// What no resource and no route answers is a problem, too.
@ApplicationScoped
class ProblemRoutes {

    private static final int[] STATUSES = {400, 401, 403, 404, 405, 406, 413, 414, 415, 500, 503};

    private final ProblemAnswer answer;

    ProblemRoutes(ProblemAnswer answer) {
        this.answer = answer;
    }

    void register(@Observes Router router) {
        for (int status : STATUSES) {
            router.errorHandler(
                    status,
                    context -> answer.send(
                            context,
                            status == 500 && context.failure() != null
                                    ? context.failure()
                                    : ProblemAnswer.ofStatus(status)));
        }
    }
}
