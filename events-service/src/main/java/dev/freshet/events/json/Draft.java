package dev.freshet.events.json;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.problem.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// An element that is being read, member by member. It collects mistakes instead of stopping at the first.
///
/// @param <T> what becomes of it
public abstract class Draft<T> {

    private final List<FieldError> errors = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    /// Whether a member of this name means something. Others are not read, whatever they hold.
    protected abstract boolean knows(String name);

    /// Whether this value means that there is no such member.
    protected boolean isAbsent(String name, JsonMember value) {
        return false;
    }

    /// Takes a known member of the JSON object.
    ///
    /// @throws ContractViolation for a mistake, which is then collected
    protected abstract void take(String name, JsonMember value);

    /// Reports, by [#missing] and [#wrong], what only shows after the last member.
    protected abstract void checkComplete();

    /// What was read. Only called if there was no mistake.
    protected abstract T complete();

    final void member(String name, JsonMember value) {
        if (knows(name) && !isAbsent(name, value)) {
            collect(name, () -> take(name, value));
        }
    }

    /// Takes something of this name once, and collects what is wrong with it.
    protected final void collect(String name, Runnable taking) {
        if (!seen.add(name)) {
            // Readers disagree on which of two counts, so what was checked might not be what is used.
            wrong(name, "must not stand twice");
            return;
        }
        try {
            taking.run();
        } catch (ContractViolation violation) {
            wrong(name, violation.reason());
        }
    }

    protected final void wrong(String field, String reason) {
        errors.add(new FieldError(field, reason));
    }

    protected final void missing(String field) {
        if (!seen.contains(field)) {
            wrong(field, "is missing");
        }
    }

    protected final boolean has(String field) {
        return seen.contains(field);
    }

    public final Element<T> finish() {
        checkComplete();
        return errors.isEmpty() ? new Element.Good<>(complete()) : new Element.Bad<>(List.copyOf(errors));
    }
}
