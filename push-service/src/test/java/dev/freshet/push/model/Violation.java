package dev.freshet.push.model;

/// A promise was broken.
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1;

    enum Kind {
        SILENT_LOSS,
        DUPLICATE,
        ORDER,
        SECOND_GAP,
        UNTOLD_PHANTOM,
        FALSE_GAP,
        STUCK
    }

    final Kind kind;

    Violation(Kind kind, String what) {
        super(kind + ": " + what);
        this.kind = kind;
    }
}
