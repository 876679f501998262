package dev.freshet.ticket.issue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.ChannelPattern;
import dev.freshet.contract.problem.FieldError;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a ticket is asked for.
///
/// @param channels to which its grants are narrowed, at least one; without them the ticket gets all of the caller's
record TicketRequest(Optional<List<ChannelPattern>> channels) {

    private static final TicketRequest EVERYTHING = new TicketRequest(Optional.empty());

    private static final ObjectReader JSON =
            new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /// An answer needs no more mistakes than a developer can read, however many a body has.
    private static final int MAX_ERRORS = 20;

    /// @param body may be empty; fields other than `channels` are ignored
    /// @throws ProblemException 400, naming every element that is no channel and no pattern
    static TicketRequest parse(byte[] body) {
        if (body.length == 0) {
            return EVERYTHING;
        }
        JsonNode tree = tree(body);
        if (!tree.isObject()) {
            throw invalid(new FieldError("body", "must be a JSON object"));
        }
        JsonNode channels = tree.get("channels");
        if (channels == null) {
            return EVERYTHING;
        }
        if (!channels.isArray() || channels.isEmpty()) {
            throw invalid(new FieldError("channels", "must be a list of at least one channel or pattern"));
        }
        return new TicketRequest(Optional.of(patterns(channels)));
    }

    private static List<ChannelPattern> patterns(JsonNode channels) {
        List<ChannelPattern> patterns = new ArrayList<>(channels.size());
        List<FieldError> errors = new ArrayList<>();
        for (int i = 0; i < channels.size() && errors.size() < MAX_ERRORS; i++) {
            JsonNode element = channels.get(i);
            String field = "channels[" + i + "]";
            if (!element.isTextual()) {
                errors.add(new FieldError(field, "must be text"));
                continue;
            }
            try {
                patterns.add(ChannelPattern.parse(element.textValue()));
            } catch (ContractViolation violation) {
                errors.add(new FieldError(field, violation.reason()));
            }
        }
        if (!errors.isEmpty()) {
            throw invalid(errors.toArray(FieldError[]::new));
        }
        return patterns;
    }

    private static JsonNode tree(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            if (tree.isMissingNode()) {
                throw malformed();
            }
            return tree;
        } catch (IOException e) {
            throw malformed();
        }
    }

    private static ProblemException malformed() {
        return ProblemException.of(ProblemType.MALFORMED_JSON, "The body must be one JSON object.");
    }

    private static ProblemException invalid(FieldError... errors) {
        FieldError first = errors[0];
        return ProblemException.of(
                new Problem(ProblemType.INVALID_REQUEST, first.field() + " " + first.message() + ".", List.of(errors)));
    }
}
