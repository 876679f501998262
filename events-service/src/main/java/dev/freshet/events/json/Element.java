package dev.freshet.events.json;

import dev.freshet.contract.problem.FieldError;
import java.util.List;

/// One element of a request, as it was read.
///
/// @param <T> what it stands for
public sealed interface Element<T> {

    /// It fits the contract.
    record Good<T>(T value) implements Element<T> {}

    /// It does not.
    ///
    /// @param errors all mistakes found, at least one
    record Bad<T>(List<FieldError> errors) implements Element<T> {}
}
