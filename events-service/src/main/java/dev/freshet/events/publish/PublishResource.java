package dev.freshet.events.publish;

import dev.freshet.contract.Limits;
import dev.freshet.events.http.Command;
import dev.freshet.events.http.CommandReader;
import dev.freshet.events.json.Element;
import dev.freshet.events.json.JsonBody;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/// `POST /api/events`: one event, one event to several channels, a batch, or CloudEvents in any of their modes.
@Path("/api/events")
public final class PublishResource {

    static final String JSON = "application/json";
    static final String CLOUD_EVENT = "application/cloudevents+json";
    static final String CLOUD_EVENTS = "application/cloudevents-batch+json";

    private static final Set<String> MEDIA_TYPES = Set.of(JSON, CLOUD_EVENT, CLOUD_EVENTS);

    private final CommandReader commands;
    private final Publisher publisher;

    PublishResource(CommandReader commands, Publisher publisher) {
        this.commands = commands;
        this.publisher = publisher;
    }

    @POST
    @Operation(
            summary = "Publish events",
            description = "202 means that Redis acknowledged the append. With Idempotency-Key, a repeated request "
                    + "appends nothing and gets the first answer.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = JSON,
                        schema = @Schema(type = SchemaType.OBJECT),
                        examples = {
                            @ExampleObject(
                                    name = "one event",
                                    value = "{\"channel\":\"user:42\",\"type\":\"order-completed\","
                                            + "\"payload\":{\"orderId\":7}}"),
                            @ExampleObject(
                                    name = "one event to several channels",
                                    value = "{\"channels\":[\"user:42\",\"broadcast:orders\"],"
                                            + "\"type\":\"order-update\",\"payload\":{\"orderId\":7}}"),
                            @ExampleObject(
                                    name = "a batch",
                                    value = "[{\"channel\":\"user:42\",\"type\":\"order-completed\","
                                            + "\"payload\":{\"orderId\":7},\"ephemeral\":true}]")
                        }),
                @Content(mediaType = CLOUD_EVENT, schema = @Schema(type = SchemaType.OBJECT)),
                @Content(mediaType = CLOUD_EVENTS, schema = @Schema(type = SchemaType.ARRAY))
            })
    @APIResponse(
            responseCode = "202",
            description = "Accepted: {\"id\"}, {\"ids\":{channel:id}}, or for a batch {\"results\":[…]}")
    public CompletionStage<Response> publish(@Context HttpServerRequest request) {
        return commands.read(request, MEDIA_TYPES, Limits.MAX_BATCH_BYTES)
                .compose(command -> publish(command, PublishRequest.read(command, request.headers())))
                .toCompletionStage();
    }

    private Future<Response> publish(Command command, JsonBody.Content<Publication> content) {
        return switch (content) {
            case JsonBody.Content.One<Publication>(Element<Publication> element) ->
                publisher.publish(command, element).map(result -> Answers.accepted(result, command.path()));
            case JsonBody.Content.Many<Publication>(var elements) ->
                publisher.publish(command, elements).map(results -> Answers.batch(results, command.path()));
        };
    }
}
