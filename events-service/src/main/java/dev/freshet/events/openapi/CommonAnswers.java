package dev.freshet.events.openapi;

import dev.freshet.contract.problem.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/// Adds to every call what all have in common: the problems, and the header `Idempotency-Key`. It runs while the
/// service is built.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class CommonAnswers implements OASFilter {

    private static final Map<String, String> PROBLEMS = new TreeMap<>(Map.of(
            "400", "Not JSON, or a field does not fit; errors names each",
            "401", "No valid token",
            "403", "The channel is not granted, the user id cannot be used, or the page's origin is not allowed",
            "413", "The body is too large",
            "415", "The media type is not understood",
            "422", "The Idempotency-Key belongs to another request",
            "429", "The user published too many events; try again after Retry-After",
            "503", "Redis cannot be reached; try again after Retry-After"));

    @Override
    public Operation filterOperation(Operation operation) {
        APIResponses responses = operation.getResponses();
        PROBLEMS.forEach((status, description) -> {
            if (!responses.hasAPIResponse(status)) {
                responses.addAPIResponse(status, problem(description));
            }
        });
        operation.addParameter(OASFactory.createParameter()
                .name("Idempotency-Key")
                .in(Parameter.In.HEADER)
                .description("1 to 128 of A-Za-z0-9_-: within 10 minutes the same request is done once")
                .schema(OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING))));
        return operation;
    }

    private static APIResponse problem(String description) {
        return OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().type(List.of(Schema.SchemaType.OBJECT)))));
    }
}
