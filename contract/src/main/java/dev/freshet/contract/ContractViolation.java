package dev.freshet.contract;

/// A value from outside that breaks the contract: which field, and why, in words fit for the sender.
///
/// It carries no stack trace, for hostile input must not be dear to refuse, and no part of the offending value,
/// for that may hold secrets or control characters.
public final class ContractViolation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    private final String reason;

    /// @param field the name of the offending field, as the sender wrote it (`channel`, `payload`)
    /// @param reason one clause without the field's name (`must be 1 to 64 of A-Za-z0-9_.-`)
    public ContractViolation(String field, String reason) {
        super(null, null, false, false);
        this.field = field;
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return field + " " + reason;
    }

    public String field() {
        return field;
    }

    public String reason() {
        return reason;
    }

    /// The same violation seen from an enclosing document (`payload` of `[3]` is `[3].payload`).
    public ContractViolation within(String parent) {
        return new ContractViolation(parent + "." + field, reason);
    }
}
