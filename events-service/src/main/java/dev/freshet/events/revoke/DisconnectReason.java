package dev.freshet.events.revoke;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Why a user is disconnected, for people: the body `{"reason"?}`.
final class DisconnectReason {

    /// Characters that are kept; nobody reads more.
    static final int MAX_LENGTH = 256;

    private static final ObjectReader JSON =
            new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private DisconnectReason() {}

    /// The reason, without what would begin a line of its own in a log; `null` where there is none.
    ///
    /// @param body may be empty; other fields are ignored
    /// @throws ProblemException if it is not JSON
    /// @throws ContractViolation if a field does not fit
    static @Nullable String read(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        JsonNode request;
        try {
            request = JSON.readTree(body);
        } catch (IOException notJson) {
            throw ProblemException.of(ProblemType.MALFORMED_JSON, "The body is not valid JSON.");
        }
        if (!request.isObject()) {
            throw new ContractViolation("body", "must be an object");
        }
        JsonNode reason = request.get("reason");
        if (reason == null) {
            return null;
        }
        if (!reason.isTextual()) {
            throw new ContractViolation("reason", "must be text");
        }
        StringBuilder kept = new StringBuilder();
        reason.textValue()
                .codePoints()
                .map(c -> isPrintable(c) ? c : ' ')
                .limit(MAX_LENGTH)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /// Neither a control character nor one that separates lines or turns the direction of text.
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
