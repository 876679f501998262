package dev.freshet.service.problem;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.log.IdempotencyConflict;
import dev.freshet.service.log.NotReplicated;
import dev.freshet.service.redis.RedisUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/// Turns whatever went wrong into one problem, counts it, and answers with it.
///
/// An error that nobody foresaw is logged here, once, and told to the client as nothing but "on our side".
@Singleton
public final class ProblemAnswer {

    private static final Logger LOG = Logger.getLogger(ProblemAnswer.class);

    private final MeterRegistry meters;

    ProblemAnswer(MeterRegistry meters) {
        this.meters = meters;
    }

    /// The problem that a failure is for its client.
    public ProblemException toProblem(Throwable failure) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case ContractViolation violation -> ProblemException.of(Problem.of(violation));
            case RedisUnavailable unavailable ->
                ProblemException.retryAfter(1, ProblemType.UNAVAILABLE, "The log cannot be reached now; try again.");
            case NotReplicated unknown ->
                ProblemException.retryAfter(
                        1,
                        ProblemType.UNAVAILABLE,
                        "The event may have been stored, but too few replicas have it yet; a retry with the same"
                                + " Idempotency-Key is safe.");
            case IdempotencyConflict conflict ->
                ProblemException.of(
                        ProblemType.IDEMPOTENCY_CONFLICT, "The Idempotency-Key was used for another request.");
            case WebApplicationException http -> ofStatus(http.getResponse().getStatus());
            default -> {
                LOG.error("A request failed in a way that was not foreseen", failure);
                yield ProblemException.of(ProblemType.INTERNAL, "The request failed; it may be tried again.");
            }
        };
    }

    /// Answers from a route.
    public void send(RoutingContext context, Throwable failure) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            // Too late for a status: an aborted body is the only honest sign left.
            context.request().connection().close();
            return;
        }
        ProblemException problem = toProblem(failure);
        count(problem);
        response.setStatusCode(problem.problem().type().status());
        headers(problem).forEach(response::putHeader);
        response.end(io.vertx.core.buffer.Buffer.buffer(
                problem.problem().toJson(context.request().path())));
    }

    /// Answers from a resource.
    public Response response(Throwable failure, String path) {
        ProblemException problem = toProblem(failure);
        count(problem);
        Response.ResponseBuilder response =
                Response.status(problem.problem().type().status());
        headers(problem).forEach(response::header);
        return response.entity(problem.problem().toJson(path)).build();
    }

    /// A status that the framework decided on.
    public static ProblemException ofStatus(int status) {
        return switch (status) {
            case 400 -> ProblemException.of(ProblemType.INVALID_REQUEST, "The request is not valid.");
            case 401 -> ProblemException.of(ProblemType.UNAUTHENTICATED, "A valid token is needed.");
            case 403 -> ProblemException.of(ProblemType.FORBIDDEN, "This is not allowed.");
            case 404 -> ProblemException.of(ProblemType.NOT_FOUND, "There is nothing at this path.");
            case 405 -> ProblemException.of(ProblemType.METHOD_NOT_ALLOWED, "The method is not allowed at this path.");
            case 406 -> ProblemException.of(ProblemType.NOT_ACCEPTABLE, "The answer would be JSON.");
            case 412 -> ProblemException.of(ProblemType.PRECONDITION_FAILED, "The precondition does not hold.");
            case 413 -> ProblemException.of(ProblemType.TOO_LARGE, "The body is larger than allowed here.");
            case 415 -> ProblemException.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON.");
            case 503 ->
                ProblemException.retryAfter(1, ProblemType.UNAVAILABLE, "The service cannot answer now; try again.");
            default ->
                status < 500
                        ? ProblemException.of(ProblemType.INVALID_REQUEST, "The request is not valid.")
                        : ProblemException.of(ProblemType.INTERNAL, "The request failed; it may be tried again.");
        };
    }

    private static Map<String, String> headers(ProblemException problem) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", Problem.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        if (problem.problem().type() == ProblemType.UNAUTHENTICATED) {
            headers.put("WWW-Authenticate", "Bearer realm=\"freshet\"");
        }
        if (problem.retryAfterSeconds() != null) {
            headers.put("Retry-After", Integer.toString(problem.retryAfterSeconds()));
        }
        return headers;
    }

    private void count(ProblemException problem) {
        meters.counter("freshet.problems", "type", problem.problem().type().slug())
                .increment();
    }
}
