package dev.freshet.push.sse;

import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.admission.Admission;
import dev.freshet.push.admission.ConnectionLimit;
import dev.freshet.push.admission.ConnectionLimit.Outcome;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Age;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LagLimits;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.http.Queries;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.presence.Attendance;
import dev.freshet.push.presence.Presence;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.push.wire.Wires;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisUnavailable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The streams: one path per kind of channel, and one for a list.
///
/// Permanent refusals are problems with their status. What may pass is an answer of 200 that says so and ends:
/// any other status would end a native EventSource for good.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model">HTML,
///     processing model of EventSource</a>
@ApplicationScoped
class SseRoutes {

    /// Clients that were turned away come back spread over this time.
    private static final int RETRY_MIN_MS = 2_000;

    private static final int RETRY_MAX_MS = 10_000;

    /// About as many as a pod has connections.
    private static final int COUNTED_OPENS = 20_000;

    private static final Logger LOG = Logger.getLogger(SseRoutes.class);

    private final Hub hub;
    private final Admission admission;
    private final ConnectionLimit connections;
    private final Resume resume;
    private final History history;
    private final PushConfig config;
    private final PushMetrics metrics;
    private final ProblemAnswer problems;
    private final Presence presence;
    private final Wires wires;
    private final LagLimits limits;
    private final Opens opens = new Opens(COUNTED_OPENS);
    private final Map<LoopHub, Beats> beats = new ConcurrentHashMap<>();

    SseRoutes(
            Hub hub,
            Admission admission,
            ConnectionLimit connections,
            Resume resume,
            History history,
            PushConfig config,
            PushMetrics metrics,
            ProblemAnswer problems,
            Presence presence,
            Wires wires) {
        this.hub = hub;
        this.admission = admission;
        this.connections = connections;
        this.resume = resume;
        this.history = history;
        this.config = config;
        this.metrics = metrics;
        this.problems = problems;
        this.presence = presence;
        this.wires = wires;
        this.limits = LagLimits.of(config.slow());
    }

    void register(@Observes Router router) {
        route(router, "/api/events", null);
        route(router, "/api/events/:name", ChannelKind.USER);
        route(router, "/api/rooms/:name/events", ChannelKind.ROOM);
        route(router, "/api/broadcasts/:name/events", ChannelKind.BROADCAST);
        route(router, "/api/documents/:name/events", ChannelKind.DOCUMENT);
    }

    private void route(Router router, String path, @Nullable ChannelKind kind) {
        Queries.route(router, path, problems, context -> open(context, kind));
    }

    private void open(RoutingContext context, @Nullable ChannelKind kind) {
        // Before a ticket is redeemed: another pod will ask for it.
        if (hub.current().connections().areRefused()) {
            draining(context);
            return;
        }
        if (connections.isFull()) {
            unavailable(context, 503, "connections");
            return;
        }
        admission.admit(context.request()).onComplete(admitted -> {
            try {
                if (admitted.failed()) {
                    refuse(context, admitted.cause());
                    return;
                }
                Caller caller = admitted.result();
                SseRequest request = SseRequest.read(context, kind, caller, config.maxChannels());
                LoopHub loop = hub.current();
                if (!loop.isReady()) {
                    unavailable(context, 503, "starting");
                } else if (context.request().method() == HttpMethod.HEAD) {
                    head(context).end();
                } else {
                    hold(context, caller, request, loop);
                }
            } catch (RuntimeException refusal) {
                problems.send(context, refusal);
            }
        });
    }

    /// What comes while a stream is held is not lost to it: it begins where it would have begun at once.
    private void hold(RoutingContext context, Caller caller, SseRequest request, LoopHub loop) {
        Cursor cursor = Resume.parse(request.cursor());
        long ms = opens.hold(caller.userId(), context.request().path(), System.nanoTime() / 1_000_000);
        if (ms == 0) {
            head(context);
            stream(context, caller, request, cursor, loop);
            return;
        }
        metrics.held();
        Cursor from = request.cursor() == null ? loop.cursor() : cursor;
        head(context).writeHead();
        loop.after(ms, () -> stream(context, caller, request, from, loop));
    }

    /// @param from where the stream begins; `null`: here, or with gaps if the client sent a cursor
    private void stream(
            RoutingContext context, Caller caller, SseRequest request, @Nullable Cursor from, LoopHub loop) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            return;
        }
        response.setWriteQueueMaxSize(config.maxPendingBytes());
        Beats rhythm = beats.computeIfAbsent(
                loop, each -> Beats.every(config.sse().heartbeatInterval().toMillis(), each));
        int retryMs = Math.toIntExact(config.sse().retry().toMillis());
        Attendance attendance = new Attendance(presence, caller.userId(), request.presence());
        SseConnection connection = new SseConnection(
                loop,
                rhythm,
                metrics,
                context.request(),
                wires,
                caller,
                request,
                limits,
                retryMs,
                history,
                attendance,
                Age.upTo(config.maxConnectionAge()));
        resume.ready(from, loop)
                .compose(ready -> {
                    if (response.closed()) {
                        return Future.succeededFuture();
                    }
                    // It may have begun since the request came.
                    if (loop.connections().areRefused()) {
                        draining(context);
                        return Future.succeededFuture();
                    }
                    return switch (connections.enter(caller.userId())) {
                        case Outcome.Entered entered ->
                            connection.open(UUID.randomUUID().toString(), from, entered::leave);
                        case Outcome.PodIsFull full -> {
                            unavailable(context, 503, "connections");
                            yield Future.succeededFuture();
                        }
                        case Outcome.UserHasTooMany many -> {
                            unavailable(context, 429, "connections");
                            yield Future.succeededFuture();
                        }
                    };
                })
                .onFailure(failure -> {
                    if (!(failure instanceof RedisUnavailable)) {
                        LOG.error("A stream could not be opened in a way that was not foreseen", failure);
                    }
                    unavailable(context, 503, "redis");
                });
    }

    private void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof RedisUnavailable) {
            unavailable(context, 503, "redis");
        } else if (isRateLimited(failure)) {
            unavailable(context, 429, "address");
        } else {
            problems.send(context, failure);
        }
    }

    private static boolean isRateLimited(Throwable failure) {
        return failure instanceof ProblemException problem && problem.problem().type() == ProblemType.RATE_LIMITED;
    }

    private void draining(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() != HttpVersion.HTTP_2) {
            // Or a proxy would come back to this pod for as long as it keeps the connection.
            if (!context.response().headWritten()) {
                context.response().putHeader("Connection", "close");
            }
            context.response().endHandler(ended -> request.connection().close());
        }
        unavailable(context, 503, "draining");
    }

    private void unavailable(RoutingContext context, int status, String reason) {
        if (context.response().closed() || context.response().ended()) {
            return;
        }
        metrics.error("unavailable-" + reason);
        HttpServerResponse response = context.response().headWritten() ? context.response() : head(context);
        if (context.request().method() == HttpMethod.HEAD) {
            response.end();
            return;
        }
        int retryMs = ThreadLocalRandom.current().nextInt(RETRY_MIN_MS, RETRY_MAX_MS + 1);
        response.end(Buffer.buffer(SseWriter.write(new SseMessage.Unavailable(retryMs, status, reason))));
    }

    private static HttpServerResponse head(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Type", "text/event-stream");
        response.putHeader("Cache-Control", "no-cache, no-transform");
        // nginx and others take this as a wish not to be buffered.
        response.putHeader("X-Accel-Buffering", "no");
        if (context.request().version() == HttpVersion.HTTP_1_1) {
            response.setChunked(true);
        } else if (context.request().version() == HttpVersion.HTTP_1_0) {
            // Only the connection's end tells the stream's, even if the client asked to keep it.
            response.putHeader("Connection", "close");
            response.endHandler(ended -> context.request().connection().close());
        }
        return response;
    }
}
