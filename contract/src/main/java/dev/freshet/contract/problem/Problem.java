package dev.freshet.contract.problem;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.json.JsonBytes;
import java.util.List;
import java.util.function.Consumer;

/// A refusal as clients see it: `application/problem+json` by RFC 9457.
///
/// It says nothing of the server's inside, and identical failures give identical bytes.
///
/// @param type which kind
/// @param detail one sentence for a developer
/// @param errors fields at fault; empty where none is
public record Problem(ProblemType type, String detail, List<FieldError> errors) {

    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        errors = List.copyOf(errors);
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, List.of());
    }

    /// A value that breaks the contract.
    public static Problem of(ContractViolation violation) {
        return new Problem(
                ProblemType.INVALID_REQUEST, violation.getMessage() + ".", List.of(FieldError.of(violation)));
    }

    /// @param instance the request's path, without its query
    public byte[] toJson(String instance) {
        JsonBytes json = new JsonBytes();
        write(json, instance);
        return json.toBytes();
    }

    /// Writes it as an element of a larger answer.
    public void write(JsonBytes json, String instance) {
        write(json, instance, none -> {});
    }

    /// The same with extension members (RFC 9457, section 3.2) behind the standard ones.
    public void write(JsonBytes json, String instance, Consumer<JsonBytes> extension) {
        json.beginObject()
                .key("type")
                .plain(type.uri())
                .key("title")
                .text(type.title())
                .key("status")
                .number(type.status())
                .key("detail")
                .text(detail)
                .key("instance")
                .text(instance);
        if (!errors.isEmpty()) {
            json.key("errors").beginArray();
            for (FieldError error : errors) {
                json.beginObject()
                        .key("field")
                        .text(error.field())
                        .key("message")
                        .text(error.message())
                        .endObject();
            }
            json.endArray();
        }
        extension.accept(json);
        json.endObject();
    }
}
