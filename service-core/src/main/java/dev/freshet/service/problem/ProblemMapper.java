package dev.freshet.service.problem;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Failures of resources become problems.
final class ProblemMapper {

    private final ProblemAnswer answer;

    ProblemMapper(ProblemAnswer answer) {
        this.answer = answer;
    }

    @ServerExceptionMapper(priority = 1)
    Response map(Throwable failure, UriInfo uri) {
        return answer.response(failure, uri.getRequestUri().getRawPath());
    }
}
