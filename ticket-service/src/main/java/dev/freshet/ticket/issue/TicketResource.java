package dev.freshet.ticket.issue;

import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.service.http.BodyReader;
import dev.freshet.service.identity.Authenticator;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisUnavailable;
import dev.freshet.ticket.store.IssuedTicket;
import dev.freshet.ticket.store.TicketRate;
import dev.freshet.ticket.store.TicketStore;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Gives out connection tickets. Everything runs on the event loop; nothing blocks.
@Path(TicketResource.PATH)
public final class TicketResource {

    static final String PATH = "/api/ws/ticket";

    /// Bytes; a list of channels is never larger.
    private static final int BODY_LIMIT = 64 * 1024;

    private static final Logger LOG = Logger.getLogger(TicketResource.class);

    /// Longer than a restart of Redis on a small log takes, short enough that nobody gives up.
    private static final int RETRY_AFTER_SECONDS = 2;

    private final Authenticator authenticator;
    private final TicketRate limit;
    private final TicketStore tickets;

    TicketResource(Authenticator authenticator, TicketRate limit, TicketStore tickets) {
        this.authenticator = authenticator;
        this.limit = limit;
        this.tickets = tickets;
    }

    /// Exchanges the caller's token for a ticket. A request that is refused for what it says takes nothing out of
    /// the caller's bucket.
    ///
    /// The body is `{"channels":[…]}` to narrow the grants, or empty.
    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "issueTicket",
            summary = "Exchange a token for a connection ticket",
            description = "The ticket opens one WebSocket or event stream within 30 seconds.")
    @SecurityRequirement(name = "bearer")
    @SecurityRequirement(name = "cookie")
    @RequestBody(
            description = "Narrows what the ticket grants; without it the ticket grants all that the token does.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "TicketRequest")))
    @APIResponse(
            responseCode = "200",
            description = "A ticket",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "TicketResponse")))
    @APIResponse(
            responseCode = "400",
            description = "The body is not JSON, or an element of channels is neither a channel nor a pattern",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "401",
            description = "No token, or one that is not valid",
            headers = @Header(name = "WWW-Authenticate", schema = @Schema(ref = "Challenge")),
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "403",
            description = "The token does not grant a channel, its user id cannot be one, or the page's origin is not "
                    + "allowed to use the cookie",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "413",
            description = "The body is larger than 64 KiB",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "415",
            description = "The body is not declared as JSON",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "429",
            description = "The user took too many tickets",
            headers = @Header(name = "Retry-After", schema = @Schema(ref = "Seconds")),
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "503",
            description = "Redis cannot be reached",
            headers = @Header(name = "Retry-After", schema = @Schema(ref = "Seconds")),
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(ref = "Problem")))
    public CompletionStage<Response> issue(@Context HttpServerRequest request) {
        return authenticator
                .authenticate(request)
                .compose(caller -> BodyReader.read(request, BODY_LIMIT).map(body -> grants(caller, request, body)))
                // An unread body would keep the connection from its next request.
                .onFailure(refused -> BodyReader.discard(request))
                .compose(record -> limit.take(record.userId()).compose(wait -> issue(record, wait)))
                .map(TicketResource::answer)
                .recover(TicketResource::refuse)
                .toCompletionStage();
    }

    private static TicketRecord grants(Caller caller, HttpServerRequest request, byte[] body) {
        if (body.length > 0 && !isJson(request.getHeader("Content-Type"))) {
            throw ProblemException.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.");
        }
        return Narrowing.narrow(caller, TicketRequest.parse(body));
    }

    private Future<IssuedTicket> issue(TicketRecord record, Duration wait) {
        return wait.isZero()
                ? tickets.issue(record)
                : Future.failedFuture(ProblemException.rateLimited(
                        wait, "This user took too many tickets; wait before the next one."));
    }

    private static Response answer(IssuedTicket issued) {
        byte[] json = new JsonBytes()
                .beginObject()
                .key("ticket")
                .plain(issued.ticket().text())
                .key("expiresAt")
                .number(issued.expiresAt())
                .key("expiresIn")
                .number(issued.expiresIn())
                .endObject()
                .toBytes();
        return Response.ok(json).header("Cache-Control", "no-store").build();
    }

    private static Future<Response> refuse(Throwable failure) {
        if (failure instanceof RedisUnavailable) {
            LOG.debugf("No ticket, for Redis did not answer: %s", failure.getMessage());
            return Future.failedFuture(ProblemException.retryAfter(
                    RETRY_AFTER_SECONDS, ProblemType.UNAVAILABLE, "Tickets cannot be given out now; try again."));
        }
        return Future.failedFuture(failure);
    }

    /// A body that does not say what it is is taken for JSON.
    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
        return type.equals(MediaType.APPLICATION_JSON) || type.startsWith("application/") && type.endsWith("+json");
    }
}
