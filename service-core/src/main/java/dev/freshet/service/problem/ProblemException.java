package dev.freshet.service.problem;

import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import java.time.Duration;
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

    /// Too much of something. Rounded up: whoever waits as long as told is not told to wait again.
    ///
    /// @param wait after which there will be room
    public static ProblemException rateLimited(Duration wait, String detail) {
        int seconds = (int) Math.max(1, Math.ceilDiv(wait.toMillis(), 1000L));
        return retryAfter(seconds, ProblemType.RATE_LIMITED, detail);
    }

    public Problem problem() {
        return problem;
    }

    /// Seconds for the header `Retry-After`, where one belongs.
    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
