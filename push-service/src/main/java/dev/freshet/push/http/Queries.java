package dev.freshet.push.http;

import dev.freshet.push.admission.Admission;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/// Paths that answer `GET` and `HEAD` and nothing else, for callers who are let in.
@Singleton
public final class Queries {

    private final Admission admission;
    private final ProblemAnswer problems;

    Queries(Admission admission, ProblemAnswer problems) {
        this.admission = admission;
        this.problems = problems;
    }

    /// @param find what the caller asks for; what it throws or fails with is sent as a problem
    /// @param send writes what was found
    public <T> void answer(
            Router router,
            String path,
            BiFunction<RoutingContext, Caller, Future<T>> find,
            BiConsumer<RoutingContext, T> send) {
        route(
                router,
                path,
                problems,
                context -> admission
                        .admit(context.request())
                        .compose(caller -> find.apply(context, caller))
                        .onSuccess(found -> send.accept(context, found))
                        .onFailure(failure -> problems.send(context, failure)));
    }

    /// For a handler that admits and answers by itself. Other methods are a 405.
    public static void route(Router router, String path, ProblemAnswer problems, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        router.route(path).handler(context -> {
            context.response().putHeader("Allow", "GET, HEAD");
            problems.send(context, ProblemAnswer.ofStatus(405));
        });
    }
}
