package dev.freshet.service.problem;

import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import org.jspecify.annotations.Nullable;

/// A refusal on its way to the client. Without a stack trace: it is an answer, not an accident.
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final @Nullable Integer retryAfterSeconds;

    private ProblemException(Problem problem, @Nullable Integer retryAfterSeconds) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public static ProblemException of(Problem problem) {
        return new ProblemException(problem, null);
    }

    public static ProblemException of(ProblemType type, String detail) {
        return of(Problem.of(type, detail));
    }

    /// A refusal that ends by itself.
    ///
    /// @param seconds after which trying again makes sense
    public static ProblemException retryAfter(int seconds, ProblemType type, String detail) {
        return new ProblemException(Problem.of(type, detail), seconds);
    }

    public Problem problem() {
        return problem;
    }

    /// Seconds for the header `Retry-After`, where one belongs.
    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
