package dev.freshet.events.publish;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.problem.Problem;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.events.append.Appended;
import dev.freshet.events.append.PartitionedAppend;
import dev.freshet.events.http.Command;
import dev.freshet.events.json.Element;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.publish.PublishRate;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides who may publish what, and appends it. Safe for any thread.
@Singleton
final class Publisher {

    private final PartitionedAppend log;
    private final PublishRate rate;
    private final ProblemAnswer problems;

    Publisher(PartitionedAppend log, PublishRate rate, ProblemAnswer problems) {
        this.log = log;
        this.rate = rate;
        this.problems = problems;
    }

    /// Publishes one element. Fails with the problem that its sender is told: nothing is appended unless all its
    /// channels are granted.
    Future<Result.Accepted> publish(Command command, Element<Publication> element) {
        return switch (element) {
            case Element.Bad<Publication> bad -> Future.failedFuture(ProblemException.of(problem(bad)));
            case Element.Good<Publication>(Publication publication) -> {
                Problem forbidden = forbidden(command.caller(), publication);
                yield forbidden != null
                        ? Future.failedFuture(ProblemException.of(forbidden))
                        : rate.take(command.caller(), publication.channels().size())
                                .compose(taken -> log.appendAll(
                                        publication.events(command.caller().userId()),
                                        command.idempotency(publication.target())))
                                .map(ids -> new Result.Accepted(publication, ids));
            }
        };
    }

    /// Publishes each element that may be, in order, and tells the fate of every one. Fails only if Redis took
    /// none of those that it was given, if the idempotency key is another request's, or if they are more than the
    /// caller's rate.
    Future<List<Result>> publish(Command command, List<Element<Publication>> elements) {
        List<Result> judged =
                elements.stream().map(e -> judge(command.caller(), e)).toList();
        List<Event> events = new ArrayList<>();
        StringBuilder fates = new StringBuilder(judged.size());
        for (Result result : judged) {
            if (result instanceof Result.Accepted(Publication publication, List<EventId> none)) {
                events.addAll(publication.events(command.caller().userId()));
            }
            fates.append(result instanceof Result.Accepted ? '+' : '-');
        }
        // The first answer holds one id per accepted element: with other grants, the request is another one.
        Future<Void> taken = events.isEmpty() ? Future.succeededFuture() : rate.take(command.caller(), events.size());
        return taken.compose(now -> log.append(events, command.idempotency(fates.toString())))
                .map(outcomes -> conclude(judged, outcomes));
    }

    private List<Result> conclude(List<Result> judged, List<Appended> outcomes) {
        if (!outcomes.isEmpty() && outcomes.stream().allMatch(Appended.Lost.class::isInstance)) {
            throw problems.toProblem(((Appended.Lost) outcomes.getFirst()).failure());
        }
        List<Result> results = new ArrayList<>(judged.size());
        int next = 0;
        for (Result result : judged) {
            if (result instanceof Result.Accepted accepted) {
                int end = next + accepted.publication().channels().size();
                results.add(conclude(accepted.publication(), outcomes.subList(next, end)));
                next = end;
            } else {
                results.add(result);
            }
        }
        return results;
    }

    private Result conclude(Publication publication, List<Appended> outcomes) {
        List<EventId> ids = new ArrayList<>(outcomes.size());
        for (Appended outcome : outcomes) {
            switch (outcome) {
                case Appended.At(EventId id) -> ids.add(id);
                case Appended.Lost(Throwable failure) -> {
                    return new Result.Refused(problems.toProblem(failure).problem());
                }
            }
        }
        return new Result.Accepted(publication, ids);
    }

    /// `Accepted` without ids where the log is still to be asked.
    private static Result judge(Caller caller, Element<Publication> element) {
        return switch (element) {
            case Element.Bad<Publication> bad -> new Result.Refused(problem(bad));
            case Element.Good<Publication>(Publication publication) -> {
                Problem forbidden = forbidden(caller, publication);
                yield forbidden != null ? new Result.Refused(forbidden) : new Result.Accepted(publication, List.of());
            }
        };
    }

    private static @Nullable Problem forbidden(Caller caller, Publication publication) {
        for (Channel channel : publication.channels()) {
            if (!caller.mayPublish(channel)) {
                return Problem.of(
                        ProblemType.FORBIDDEN_CHANNEL, "You may not publish to " + channel + "; nothing was appended.");
            }
        }
        return null;
    }

    private static Problem problem(Element.Bad<Publication> bad) {
        return new Problem(ProblemType.INVALID_REQUEST, "The event does not fit the contract.", bad.errors());
    }
}
