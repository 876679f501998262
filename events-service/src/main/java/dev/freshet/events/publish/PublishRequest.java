package dev.freshet.events.publish;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.http.Command;
import dev.freshet.events.json.Element;
import dev.freshet.events.json.JsonBody;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/// Reads the body of a publish in each of its forms.
final class PublishRequest {

    /// Bytes of a body that holds one event. Generous, for a payload is measured minified.
    static final int MAX_SINGLE_BYTES = 1024 * 1024;

    private static final String BINARY_PREFIX = "ce-";

    private PublishRequest() {}

    /// @throws ProblemException 400 or 413
    static JsonBody.Content<Publication> read(Command command, MultiMap headers) {
        String traceparent = command.traceparent();
        return switch (command.mediaType()) {
            case PublishResource.CLOUD_EVENT -> {
                requireSingleSize(command);
                yield requireOne(JsonBody.read(command.body(), () -> new CloudEventDraft(traceparent)));
            }
            case PublishResource.CLOUD_EVENTS ->
                requireMany(JsonBody.read(command.body(), () -> new CloudEventDraft(traceparent)));
            default -> {
                if (headers.contains("ce-specversion")) {
                    requireSingleSize(command);
                    yield new JsonBody.Content.One<>(binary(command, headers));
                }
                JsonBody.Content<Publication> content =
                        JsonBody.read(command.body(), () -> new PublicationDraft(null, traceparent));
                if (content instanceof JsonBody.Content.One) {
                    requireSingleSize(command);
                }
                yield content;
            }
        };
    }

    /// @throws ProblemException 413
    static void requireSingleSize(Command command) {
        if (command.body().length > MAX_SINGLE_BYTES) {
            throw ProblemException.of(
                    ProblemType.TOO_LARGE, "A body of one event must be at most " + MAX_SINGLE_BYTES + " bytes.");
        }
    }

    /// @throws ContractViolation if it is a list
    static JsonBody.Content.One<Publication> requireOne(JsonBody.Content<Publication> content) {
        return switch (content) {
            case JsonBody.Content.One<Publication> one -> one;
            case JsonBody.Content.Many<Publication> many -> throw new ContractViolation("body", "must be one event");
        };
    }

    private static JsonBody.Content<Publication> requireMany(JsonBody.Content<Publication> content) {
        if (content instanceof JsonBody.Content.One) {
            throw new ContractViolation("body", "must be a list of events");
        }
        return content;
    }

    /// CloudEvents, HTTP binding 1.0.2, section 3.1: attributes are headers, the body is the data.
    private static Element<Publication> binary(Command command, MultiMap headers) {
        CloudEventDraft draft = new CloudEventDraft(command.traceparent());
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(BINARY_PREFIX)) {
                draft.header(name.substring(BINARY_PREFIX.length()), decoded(name, header.getValue()));
            }
        }
        draft.data(command.body());
        return draft.finish();
    }

    private static String decoded(String name, String value) {
        try {
            return value.indexOf('%') < 0
                    ? value
                    : URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new ContractViolation(name, "must be percent-encoded UTF-8");
        }
    }
}
