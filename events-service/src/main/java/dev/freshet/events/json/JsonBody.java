package dev.freshet.events.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import dev.freshet.contract.problem.FieldError;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads a JSON body of one object or of a list of objects, without a tree: what is published goes on as the
/// bytes that were sent. Safe for any thread.
public final class JsonBody {

    /// Names are not interned, for they come from anybody and would stay for ever.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private JsonBody() {}

    /// What a body holds.
    public sealed interface Content<T> {
        record One<T>(Element<T> element) implements Content<T> {}

        record Many<T>(List<Element<T>> elements) implements Content<T> {}
    }

    /// @param drafts gives an empty draft for each element
    /// @throws ProblemException 400 if the body is not JSON, or a list of none or too many
    public static <T> Content<T> read(byte[] body, Supplier<? extends Draft<T>> drafts) {
        requireUtf8(body);
        try (JsonParser parser = FACTORY.createParser(body)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw malformed("The body is empty.");
            }
            Content<T> content = first == JsonToken.START_ARRAY
                    ? new Content.Many<>(elements(body, parser, drafts))
                    : new Content.One<>(element(body, parser, drafts.get()));
            if (parser.nextToken() != null) {
                throw malformed("The body has something behind its JSON value.");
            }
            return content;
        } catch (UncheckedIOException e) {
            throw malformed(e.getCause());
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /// Reads a body of one object, whose mistakes are this request's.
    ///
    /// @throws ProblemException 400 if the body is not JSON, no object, or does not fit
    public static <T> T readOne(byte[] body, Supplier<? extends Draft<T>> drafts) {
        return switch (read(body, drafts)) {
            case Content.One<T>(Element.Good<T>(T value)) -> value;
            case Content.One<T>(Element.Bad<T>(List<FieldError> errors)) ->
                throw ProblemException.of(
                        new Problem(ProblemType.INVALID_REQUEST, "The body does not fit the contract.", errors));
            case Content.Many<T> many -> throw new ContractViolation("body", "must be one object");
        };
    }

    private static <T> List<Element<T>> elements(byte[] body, JsonParser parser, Supplier<? extends Draft<T>> drafts)
            throws IOException {
        List<Element<T>> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (elements.size() == Limits.MAX_BATCH_EVENTS) {
                throw wrongCount();
            }
            elements.add(element(body, parser, drafts.get()));
        }
        if (elements.isEmpty()) {
            throw wrongCount();
        }
        return elements;
    }

    private static <T> Element<T> element(byte[] body, JsonParser parser, Draft<T> draft) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new Element.Bad<>(List.of(new FieldError("body", "must be an object")));
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            draft.member(name, new JsonMember(body, parser, parser.nextToken()));
            parser.skipChildren();
        }
        return draft.finish();
    }

    /// Jackson would also read UTF-16 and UTF-32, where bytes have no offsets that fit. Their first characters
    /// show as a mark or a zero byte.
    private static void requireUtf8(byte[] body) {
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0 || i == 0 && body[i] < 0) {
                throw malformed("The body is not JSON in UTF-8 without a byte order mark.");
            }
        }
    }

    private static ProblemException wrongCount() {
        return ProblemException.of(
                Problem.of(new ContractViolation("body", "must hold 1 to " + Limits.MAX_BATCH_EVENTS + " events")));
    }

    /// Only the place of the mistake: the parser's own words quote the body and name classes.
    private static ProblemException malformed(@Nullable IOException e) {
        if (e instanceof StreamConstraintsException) {
            return malformed("The body is nested too deep, or a name or number in it is too long.");
        }
        JsonLocation place = e instanceof JsonProcessingException json ? json.getLocation() : null;
        return malformed(
                place == null
                        ? "The body is not valid JSON."
                        : "The body is not valid JSON: line " + place.getLineNr() + ", column " + place.getColumnNr()
                                + ".");
    }

    private static ProblemException malformed(String detail) {
        return ProblemException.of(ProblemType.MALFORMED_JSON, detail);
    }
}
