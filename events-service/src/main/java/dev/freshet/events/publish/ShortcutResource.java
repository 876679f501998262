package dev.freshet.events.publish;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.events.http.CommandReader;
import dev.freshet.events.json.JsonBody;
import dev.freshet.service.identity.Caller;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/// Publishing to the channel that the path names: `{"type","payload","ephemeral"?,"exclude"?}`.
@Path("/api")
public final class ShortcutResource {

    private static final Set<String> MEDIA_TYPES = Set.of(PublishResource.JSON);

    private final CommandReader commands;
    private final Publisher publisher;

    ShortcutResource(CommandReader commands, Publisher publisher) {
        this.commands = commands;
        this.publisher = publisher;
    }

    @POST
    @Path("/users/{id}/events")
    @Operation(summary = "Publish to a user; me is the caller")
    @APIResponse(responseCode = "202", description = "Accepted: {\"id\"}")
    public CompletionStage<Response> toUser(@PathParam("id") String id, @Context HttpServerRequest request) {
        return publish(
                request, caller -> id.equals("me") ? caller.ownChannel() : Channel.user(Names.requireUserId("id", id)));
    }

    @POST
    @Path("/broadcasts/{name}/events")
    @Operation(summary = "Publish to a broadcast")
    @APIResponse(responseCode = "202", description = "Accepted: {\"id\"}")
    public CompletionStage<Response> toBroadcast(@PathParam("name") String name, @Context HttpServerRequest request) {
        return publish(request, caller -> Channel.broadcast(Names.requireName("name", name)));
    }

    @POST
    @Path("/rooms/{room}/events")
    @Operation(summary = "Publish to a room")
    @APIResponse(responseCode = "202", description = "Accepted: {\"id\"}")
    public CompletionStage<Response> toRoom(@PathParam("room") String room, @Context HttpServerRequest request) {
        return publish(request, caller -> Channel.room(Names.requireName("room", room)));
    }

    private CompletionStage<Response> publish(HttpServerRequest request, Function<Caller, Channel> target) {
        return commands.read(request, MEDIA_TYPES, PublishRequest.MAX_SINGLE_BYTES)
                .compose(command -> {
                    Channel channel = target.apply(command.caller());
                    JsonBody.Content.One<Publication> content = PublishRequest.requireOne(
                            JsonBody.read(command.body(), () -> new PublicationDraft(channel, command.traceparent())));
                    return publisher
                            .publish(command, content.element())
                            .map(result -> Answers.accepted(result, command.path()));
                })
                .toCompletionStage();
    }
}
