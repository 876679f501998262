package dev.freshet.events.revoke;

import dev.freshet.contract.channel.Names;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.http.Command;
import dev.freshet.events.http.CommandReader;
import dev.freshet.service.identity.Revocations;
import dev.freshet.service.problem.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Ends all connections of a user, on every pod, and refuses what was issued to it until now.
@Path("/api/users/{id}/disconnect")
public final class DisconnectResource {

    private static final Logger LOG = Logger.getLogger(DisconnectResource.class);

    private static final String ROLE = "admin";
    private static final Set<String> MEDIA_TYPES = Set.of("", "application/json");
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final CommandReader commands;
    private final Revocations revocations;
    private final Counter revoked;

    DisconnectResource(CommandReader commands, Revocations revocations, MeterRegistry meters) {
        this.commands = commands;
        this.revocations = revocations;
        this.revoked = Counter.builder("freshet.revocations")
                .description("Users that were disconnected through this service")
                .register(meters);
    }

    @POST
    @Operation(
            summary = "Disconnect a user; me is the caller",
            description = "Body: none, or {\"reason\"?}. Closes all connections of the user, and refuses tokens and "
                    + "tickets that were issued before. Needs the group admin.")
    @APIResponse(responseCode = "202", description = "Accepted: the pods were told")
    public CompletionStage<Response> disconnect(@PathParam("id") String id, @Context HttpServerRequest request) {
        return commands.read(request, MEDIA_TYPES, MAX_BODY_BYTES)
                .compose(command -> disconnect(id, command))
                .toCompletionStage();
    }

    private Future<Response> disconnect(String id, Command command) {
        String admin = command.caller().userId();
        if (!command.caller().groups().contains(ROLE)) {
            throw ProblemException.of(ProblemType.FORBIDDEN, "Only members of the group admin may disconnect users.");
        }
        String user = id.equals("me") ? admin : Names.requireUserId("id", id);
        @Nullable String reason = DisconnectReason.read(command.body());
        return revocations.revoke(user, admin, reason).map(done -> {
            revoked.increment();
            LOG.infof("%s disconnected %s%s", admin, user, reason == null ? "" : ": " + reason);
            return Response.accepted().header("Cache-Control", "no-store").build();
        });
    }
}
