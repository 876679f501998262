package dev.freshet.push.sse;

import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.push.admission.Admission;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.redis.RedisUnavailable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
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
import org.jspecify.annotations.Nullable;

/// The streams: one path per kind of channel, and one for a list.
///
/// Permanent refusals are problems with their status. What may pass is an answer of 200 that says so and ends: any
/// other status would end a native EventSource for good.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model">HTML, processing
/// model of EventSource</a>
@ApplicationScoped
class SseRoutes {

    /// Clients that were turned away come back spread over this time.
    private static final int RETRY_MIN_MS = 2_000;

    private static final int RETRY_MAX_MS = 10_000;

    private final Hub hub;
    private final Admission admission;
    private final PushConfig config;
    private final PushMetrics metrics;
    private final ProblemAnswer problems;
    private final Map<LoopHub, Beats> beats = new ConcurrentHashMap<>();

    SseRoutes(Hub hub, Admission admission, PushConfig config, PushMetrics metrics, ProblemAnswer problems) {
        this.hub = hub;
        this.admission = admission;
        this.config = config;
        this.metrics = metrics;
        this.problems = problems;
    }

    void register(@Observes Router router) {
        route(router, "/api/events", null);
        route(router, "/api/events/:name", ChannelKind.USER);
        route(router, "/api/rooms/:name/events", ChannelKind.ROOM);
        route(router, "/api/broadcasts/:name/events", ChannelKind.BROADCAST);
        route(router, "/api/documents/:name/events", ChannelKind.DOCUMENT);
    }

    private void route(Router router, String path, @Nullable ChannelKind kind) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(context -> open(context, kind));
    }

    private void open(RoutingContext context, @Nullable ChannelKind kind) {
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
                    stream(context, caller, request, loop);
                }
            } catch (RuntimeException refusal) {
                problems.send(context, refusal);
            }
        });
    }

    private void stream(RoutingContext context, Caller caller, SseRequest request, LoopHub loop) {
        HttpServerResponse response = head(context);
        if (response.closed()) {
            return;
        }
        response.setWriteQueueMaxSize(config.maxPendingBytes());
        Beats rhythm = beats.computeIfAbsent(
                loop, each -> Beats.every(config.sse().heartbeatInterval().toMillis(), each));
        SseConnection connection =
                new SseConnection(loop, rhythm, metrics, response, caller, request, config.maxStall());
        Cursor cursor = Resume.parse(request.cursor());
        int retryMs = Math.toIntExact(config.sse().retry().toMillis());
        Resume.whenReached(cursor, loop).onSuccess(reached -> {
            if (!response.closed()) {
                connection.open(UUID.randomUUID().toString(), retryMs, cursor);
            }
        });
    }

    private void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof RedisUnavailable) {
            unavailable(context, 503, "redis");
        } else {
            problems.send(context, failure);
        }
    }

    private void unavailable(RoutingContext context, int status, String reason) {
        metrics.error("unavailable-" + reason);
        int retryMs = ThreadLocalRandom.current().nextInt(RETRY_MIN_MS, RETRY_MAX_MS + 1);
        head(context).end(Buffer.buffer(SseWriter.write(new SseMessage.Unavailable(retryMs, status, reason))));
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
