package dev.freshet.events.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The value of a member that a parser stands on. Only valid until the parser moves on; ask for one form of it,
/// once.
public final class JsonMember {

    @FunctionalInterface
    private interface Slice {
        JsonText of(byte[] body, int from, int to);
    }

    private final byte[] body;
    private final JsonParser parser;
    private final JsonToken token;

    JsonMember(byte[] body, JsonParser parser, JsonToken token) {
        this.body = body;
        this.parser = parser;
        this.token = token;
    }

    /// @throws ContractViolation if it is no text
    public String text() {
        String text = textOrNull();
        if (text == null) {
            throw new ContractViolation("", "must be text");
        }
        return text;
    }

    private @Nullable String textOrNull() {
        try {
            return token == JsonToken.VALUE_STRING ? parser.getText() : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws ContractViolation if it is no truth value
    public boolean bool() {
        if (!token.isBoolean()) {
            throw new ContractViolation("", "must be true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    public boolean isBool() {
        return token.isBoolean();
    }

    public boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    /// A whole number, however it is written: `3`, `3.0`, `3e0`.
    ///
    /// @param most up to 2^53
    /// @throws ContractViolation if it is none, or not from 0 to `most`
    public long whole(long most) {
        try {
            // Exact for whole numbers of this size; a larger one is too large rounded, too.
            double value = token.isNumeric() ? parser.getDoubleValue() : -1;
            if (value < 0 || value > most || value != Math.rint(value)) {
                throw new ContractViolation("", "must be a whole number from 0 to " + most);
            }
            return (long) value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws ContractViolation if it is no list of texts, empty, or longer than `most`
    public List<String> texts(int most) {
        List<String> texts = new ArrayList<>();
        boolean good = token == JsonToken.START_ARRAY;
        try {
            int depth = 0;
            // To the end of the list, even of a wrong one: the reader goes on behind it.
            while (token == JsonToken.START_ARRAY && depth >= 0) {
                JsonToken next = parser.nextToken();
                if (next == JsonToken.VALUE_STRING && depth == 0 && texts.size() < most) {
                    texts.add(parser.getText());
                } else if (next.isStructEnd()) {
                    depth--;
                } else {
                    good = false;
                    depth += next.isStructStart() ? 1 : 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!good || texts.isEmpty()) {
            throw new ContractViolation("", "must be a list of 1 to " + most + " texts");
        }
        return texts;
    }

    /// Exactly the bytes that were sent, but for insignificant white space.
    ///
    /// @throws ContractViolation if it is no payload
    public JsonText payload() {
        return slice(JsonText::payload);
    }

    /// The same for a document's content.
    ///
    /// @throws ContractViolation if it is none
    public JsonText content() {
        return slice(JsonText::content);
    }

    private JsonText slice(Slice slice) {
        try {
            int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            parser.skipChildren();
            parser.finishToken();
            // A parser may have looked one character past a number, never past white space or a bracket.
            int to = (int) Math.min(parser.currentLocation().getByteOffset(), body.length);
            return slice.of(body, from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
