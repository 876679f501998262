package dev.freshet.events.document;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.config.DocumentsConfig;
import dev.freshet.events.http.Command;
import dev.freshet.events.http.CommandReader;
import dev.freshet.events.json.JsonBody;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.publish.PublishRate;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/// `PATCH /api/documents/{id}/content` and `POST /api/documents/{id}/cursor`.
@Path("/api/documents/{id}")
public final class DocumentResource {

    private static final Set<String> MEDIA_TYPES = Set.of(MediaType.APPLICATION_JSON);

    /// Generous, for content is measured minified.
    private static final int MAX_EDIT_BYTES = 1024 * 1024;

    private static final int MAX_MOVE_BYTES = 16 * 1024;

    private final CommandReader commands;
    private final Documents documents;
    private final Cursors cursors;
    private final PublishRate rate;
    private final DocumentsConfig.Editors editors;
    private final ProblemAnswer problems;

    DocumentResource(
            CommandReader commands,
            Documents documents,
            Cursors cursors,
            PublishRate rate,
            DocumentsConfig config,
            ProblemAnswer problems) {
        this.commands = commands;
        this.documents = documents;
        this.cursors = cursors;
        this.rate = rate;
        this.editors = config.edit();
        this.problems = problems;
    }

    @PATCH
    @Path("/content")
    @Operation(
            summary = "Edit a document",
            description = "Makes the next version and tells followers: content-update {content, version, userId}. "
                    + "A missing document has version 0 and is created.")
    @Parameter(
            name = "If-Match",
            in = ParameterIn.HEADER,
            description = "\"<version>\" that the document must have, \"0\" if it must not exist, * if it must; "
                    + "without it the last edit wins",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "If-None-Match",
            in = ParameterIn.HEADER,
            description = "* if the document must not exist, or \"<version>\" that it must not have",
            schema = @Schema(type = SchemaType.STRING))
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples = @ExampleObject(name = "text", value = "{\"content\":\"Hello\"}")))
    @APIResponse(responseCode = "200", description = "Saved: {\"content\",\"version\"}, and the version as ETag")
    @APIResponse(responseCode = "412", description = "The document has another version: the one in ETag")
    public CompletionStage<Response> edit(@PathParam("id") String id, @Context HttpServerRequest request) {
        return commands.read(request, MEDIA_TYPES, MAX_EDIT_BYTES)
                .compose(command -> {
                    Channel document = document(id);
                    requireEditor(command.caller(), document);
                    String ifMatch = VersionTags.ifMatch(request.headers().getAll("If-Match"));
                    String ifNoneMatch =
                            VersionTags.ifNoneMatch(request.headers().getAll("If-None-Match"));
                    JsonText content = JsonBody.readOne(command.body(), ContentDraft::new);
                    Edit edit = new Edit(
                            document,
                            command.caller().userId(),
                            content,
                            ifMatch,
                            ifNoneMatch,
                            command.traceparent(),
                            command.idempotency(ifMatch + " " + ifNoneMatch));
                    return rate.take(command.caller(), 1)
                            .compose(taken -> documents.edit(edit))
                            .map(edited -> answer(command, content, edited));
                })
                .toCompletionStage();
    }

    @POST
    @Path("/cursor")
    @Operation(
            summary = "Move the caller's cursor in a document",
            description = "Tells followers: cursor-move {userId, line, column}, ephemeral, at most 20 times a second "
                    + "per user and document; of more the newest. Idempotency-Key has no effect.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples = @ExampleObject(name = "a position", value = "{\"line\":3,\"column\":14}")))
    @APIResponse(responseCode = "204", description = "Told, or about to be told unless a newer position comes first")
    public CompletionStage<Response> move(@PathParam("id") String id, @Context HttpServerRequest request) {
        return commands.read(request, MEDIA_TYPES, MAX_MOVE_BYTES)
                .compose(command -> {
                    Channel document = document(id);
                    if (!command.caller().mayFollow(document)) {
                        throw forbidden("Your token does not grant " + document + ".");
                    }
                    Position position = JsonBody.readOne(command.body(), Position.PositionDraft::new);
                    return rate.take(command.caller(), 1)
                            .compose(taken ->
                                    cursors.move(document, command.caller().userId(), position));
                })
                .<Response>map(done -> Response.noContent().build())
                .toCompletionStage();
    }

    private static Channel document(String id) {
        return Channel.document(Names.requireName("id", id));
    }

    private void requireEditor(Caller caller, Channel document) {
        boolean may = caller.mayPublish(document)
                || editors == DocumentsConfig.Editors.FOLLOWERS && caller.mayFollow(document);
        if (!may) {
            throw forbidden("You may not edit " + document + ".");
        }
    }

    private static ProblemException forbidden(String detail) {
        return ProblemException.of(ProblemType.FORBIDDEN_CHANNEL, detail);
    }

    private Response answer(Command command, JsonText content, Edited edited) {
        return switch (edited) {
            case Edited.Saved(String version) ->
                Response.ok(body(content, version))
                        .header("Content-Type", MediaType.APPLICATION_JSON)
                        .header("Cache-Control", "no-store")
                        .header("ETag", tag(version))
                        .build();
            case Edited.Stale(String version) -> {
                ProblemException stale = ProblemException.of(
                        ProblemType.PRECONDITION_FAILED,
                        "The document has another version; look at it before you edit it.");
                yield Response.fromResponse(problems.response(stale, command.path()))
                        .header("ETag", tag(version))
                        .build();
            }
        };
    }

    private static byte[] body(JsonText content, String version) {
        return new JsonBytes(content.utf8().length + 48)
                .beginObject()
                .key("content")
                .json(content)
                .key("version")
                .number(Long.parseLong(version))
                .endObject()
                .toBytes();
    }

    private static String tag(String version) {
        return '"' + version + '"';
    }
}
