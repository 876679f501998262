package dev.freshet.push.poll;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.message.PollResponse;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.admission.ConnectionLimit;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.http.JsonAnswer;
import dev.freshet.push.http.Queries;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// Polling: a channel's events since a place, and its newest one.
///
/// Answers are the same bytes, with the same `ETag`, until the channel has something new.
@ApplicationScoped
class PollRoutes {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private static final Duration USER_WAIT = Duration.ofSeconds(5);

    private final Queries queries;
    private final Hub hub;
    private final ConnectionLimit connections;
    private final Resume resume;
    private final History history;
    private final PushMetrics metrics;

    PollRoutes(
            Queries queries,
            Hub hub,
            ConnectionLimit connections,
            Resume resume,
            History history,
            PushMetrics metrics) {
        this.queries = queries;
        this.hub = hub;
        this.connections = connections;
        this.resume = resume;
        this.history = history;
        this.metrics = metrics;
    }

    void register(@Observes Router router) {
        queries.answer(router, "/api/channels/:channel/events", this::events, JsonAnswer::send);
        queries.answer(router, "/api/channels/:channel/latest", this::latest, JsonAnswer::send);
    }

    private Future<byte[]> events(RoutingContext context, Caller caller) {
        PollRequest request = PollRequest.read(context, caller);
        LoopHub loop = loop();
        ConnectionLimit.Outcome.Entered place = enter(caller);
        Poll poll = new Poll(loop, history, caller, request);
        metrics.opened(Transport.POLL, request.after() != null);
        return resume.ready(request.after(), loop)
                .compose(ready -> poll.now())
                .compose(found -> found.events().isEmpty() && found.gap() == null && request.waitMs() > 0
                        ? news(context, caller, request, loop, poll)
                        : Future.succeededFuture(found))
                .map(PollResponse::write)
                .onComplete(done -> {
                    metrics.closed(Transport.POLL);
                    place.leave();
                });
    }

    /// A poll that waits is a connection like any other.
    private ConnectionLimit.Outcome.Entered enter(Caller caller) {
        return switch (connections.enter(caller.userId())) {
            case ConnectionLimit.Outcome.Entered entered -> entered;
            case ConnectionLimit.Outcome.PodIsFull full ->
                throw ProblemException.retryAfter(
                        1, ProblemType.UNAVAILABLE, "There are too many connections here; try again.");
            case ConnectionLimit.Outcome.UserHasTooMany many ->
                throw ProblemException.rateLimited(USER_WAIT, "This user has too many connections here.");
        };
    }

    /// On the same turn of the event loop on which there was nothing, so that nothing comes in between.
    private static Future<PollResponse> news(
            RoutingContext context, Caller caller, PollRequest request, LoopHub loop, Poll poll) {
        long until = Math.min(System.currentTimeMillis() + request.waitMs(), caller.expiresAt());
        Wait wait = new Wait(loop, poll, request, until);
        context.response().closeHandler(closed -> wait.cancel());
        return wait.answer();
    }

    private Future<byte[]> latest(RoutingContext context, Caller caller) {
        Channel channel = PollRequest.channel(context, caller);
        String type = context.request().getParam("type");
        if (type != null && !EventTypes.isType(type)) {
            throw new ContractViolation("type", "must be an event type of A-Za-z0-9_.-");
        }
        return history.newest(loop(), channel, PollRequest.MAX_LIMIT, type).map(events -> newest(events, caller));
    }

    private static byte[] newest(List<LiveEvent> events, Caller caller) {
        for (LiveEvent event : events.reversed()) {
            if (!caller.userId().equals(event.logged().event().exclude())) {
                return event.logged().event().payload().utf8();
            }
        }
        return NULL;
    }

    private LoopHub loop() {
        LoopHub loop = hub.current();
        if (!loop.isReady()) {
            throw ProblemException.retryAfter(1, ProblemType.UNAVAILABLE, "The log is not read yet; try again.");
        }
        return loop;
    }
}
