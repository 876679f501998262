package dev.freshet.events.order;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// `{"customerId"?,"total"?}`.
///
/// @param customer a user id; `null` for the caller
/// @param total a number, from 0
record OrderCompletion(@Nullable String customer, @Nullable JsonText total) {

    private static final int MAX_DIGITS = 15;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /// @param body may be empty
    /// @throws ProblemException if it is not JSON
    /// @throws ContractViolation if a field does not fit
    static OrderCompletion read(byte[] body) {
        if (body.length == 0) {
            return new OrderCompletion(null, null);
        }
        JsonNode order;
        try {
            order = JSON.readTree(body);
        } catch (IOException notJson) {
            throw ProblemException.of(ProblemType.MALFORMED_JSON, "The body is not valid JSON.");
        } catch (NumberFormatException outOfRange) {
            // Of an exponent that no BigDecimal has, which Jackson does not wrap.
            throw new ContractViolation("body", "has a number whose exponent is out of range");
        }
        if (!order.isObject()) {
            throw new ContractViolation("body", "must be an object");
        }
        return new OrderCompletion(customer(order.get("customerId")), total(order.get("total")));
    }

    private static @Nullable String customer(@Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw new ContractViolation("customerId", "must be text");
        }
        return Names.requireUserId("customerId", value.textValue());
    }

    private static @Nullable JsonText total(@Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !isTotal(value.decimalValue())) {
            throw new ContractViolation("total", "must be a number from 0 to below 10^15 with at most 15 decimals");
        }
        return JsonText.payload(value.decimalValue().toPlainString());
    }

    /// Judged by its scale before it is written out: 1e999999999 is short only here.
    private static boolean isTotal(BigDecimal total) {
        return total.signum() >= 0
                && Math.abs(total.scale()) <= MAX_DIGITS
                && total.precision() - total.scale() <= MAX_DIGITS;
    }
}
