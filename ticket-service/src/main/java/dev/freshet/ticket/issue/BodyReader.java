package dev.freshet.ticket.issue;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Reads the body of a request for a ticket, up to a limit, whether or not its length was told.
///
/// Quarkus' own limit answers without a problem, and Vert.x' body handler parses forms, which nobody may send here.
@Singleton
final class BodyReader {

    /// Bytes; a list of channels is never larger.
    static final int LIMIT = 64 * 1024;

    /// Behind the CORS filter, ahead of all that Quarkus does with a body.
    private static final int ORDER = -100;

    private final ProblemAnswer problems;

    BodyReader(ProblemAnswer problems) {
        this.problems = problems;
    }

    void register(@Observes Router router) {
        router.post(TicketResource.PATH).order(ORDER).handler(this::read);
    }

    private void read(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (declares(request.getHeader("Content-Length"))) {
            refuse(context);
            return;
        }
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() > LIMIT) {
                return; // refused already; what still comes is thrown away
            }
            body.appendBuffer(part);
            if (body.length() > LIMIT) {
                refuse(context);
            }
        });
        request.endHandler(end -> {
            if (body.length() <= LIMIT) {
                ((RoutingContextInternal) context).setBody(body);
                context.next();
            }
        });
        request.resume();
    }

    private void refuse(RoutingContext context) {
        context.response().putHeader("Connection", "close");
        problems.send(
                context, ProblemException.of(ProblemType.TOO_LARGE, "The body must be at most " + LIMIT + " bytes."));
    }

    private static boolean declares(@Nullable String length) {
        try {
            return length != null && Long.parseLong(length) > LIMIT;
        } catch (NumberFormatException unreadable) {
            return true;
        }
    }
}
