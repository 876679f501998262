package dev.freshet.contract.problem;

import dev.freshet.contract.ContractViolation;

/// One mistake of a request.
///
/// @param field where: `payload`, `[3].type`, a header's or parameter's name
/// @param message what is wrong with it
public record FieldError(String field, String message) {

    public static FieldError of(ContractViolation violation) {
        return new FieldError(violation.field(), violation.reason());
    }
}
