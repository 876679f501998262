package dev.freshet.events.publish;

import dev.freshet.contract.problem.FieldError;
import java.util.List;

/// One element of a request, as it was read.
sealed interface Element {

    /// It fits the contract.
    record Good(Publication publication) implements Element {}

    /// It does not.
    ///
    /// @param errors all mistakes found, at least one
    record Bad(List<FieldError> errors) implements Element {}
}
