package dev.freshet.service.http;

import dev.freshet.service.limit.Limited;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ends connections whose clients take too long over a request: those that send nothing, those that send a byte
/// now and then (slowloris, RUDY), to which an idle timeout is no limit, and those that do not take their
/// answers, at once if they go on asking. Streams and WebSockets are answers that go on, and have as long as they
/// like.
///
/// Vert.x shows a connection only once it has sent a request, so this looks through the channels of each event
/// loop, every few seconds: of many idle streams it is most of what they cost.
@ApplicationScoped
class HttpDeadlines {

    /// Ahead of everything that could answer.
    private static final int PRIORITY = 500;

    private static final long MAX_PERIOD_MS = 5_000;

    /// So much later than its limit a connection ends at worst.
    private static final int PERIODS_PER_LIMIT = 4;

    private static final Duration MIN = Duration.ofMillis(100);

    /// So much of earlier answers may wait for a client that asks again.
    private static final long MAX_WAITING_BYTES = 1 << 20;

    /// Of HTTP/2, where many answers on their way are the ordinary case.
    private static final long MAX_WAITING_BYTES_HTTP_2 = 64 << 20;

    /// What a client may take, ns.
    record Limits(long headNanos, long bodyNanos, long keepAliveNanos) {

        static Limits of(HttpConfig config) {
            return new Limits(
                    nanos("head-timeout", config.headTimeout()),
                    nanos("body-timeout", config.bodyTimeout()),
                    nanos("keep-alive", config.keepAlive()));
        }

        private static long nanos(String key, Duration value) {
            if (value.compareTo(MIN) < 0) {
                throw new IllegalStateException("freshet.http." + key + " must be at least 100 ms, not " + value);
            }
            return value.toNanos();
        }

        long periodMs() {
            long shortest = Math.min(headNanos, Math.min(bodyNanos, keepAliveNanos));
            return Math.min(MAX_PERIOD_MS, TimeUnit.NANOSECONDS.toMillis(shortest) / PERIODS_PER_LIMIT);
        }
    }

    private final Vertx vertx;
    private final Limits limits;
    private final Limited limited;
    private final List<ScheduledFuture<?>> looks = new ArrayList<>();

    HttpDeadlines(Vertx vertx, HttpConfig config, Limited limited) {
        this.vertx = vertx;
        this.limits = Limits.of(config);
        this.limited = limited;
    }

    void start(@Observes StartupEvent event) {
        for (EventExecutor each : ((VertxInternal) vertx).getEventLoopGroup()) {
            if (each instanceof SingleThreadEventLoop loop) {
                long period = limits.periodMs();
                looks.add(loop.scheduleWithFixedDelay(() -> look(loop), period, period, TimeUnit.MILLISECONDS));
            }
        }
    }

    @PreDestroy
    void stop() {
        looks.forEach(look -> look.cancel(false));
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    void registerManagement(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).handler(this::handle);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Channel channel = ((ConnectionBase) request.connection()).channel();
        if (waitingBytes(channel) > maxWaitingBytes(request)) {
            limited.count(Limited.Limit.SLOW_REQUESTS);
            Connections.cut(channel);
            return;
        }
        Turn turn = Turn.of(channel);
        turn.begin(hasBody(request) ? request : null, System.nanoTime());
        context.addEndHandler(ended -> turn.end(System.nanoTime()));
        context.next();
    }

    /// Of HTTP/2, a stream's body is bounded by the streams of its connection and their windows.
    private static boolean hasBody(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_2
                && (BodyReader.announced(request.getHeader("Content-Length")) > 0
                        || request.getHeader("Transfer-Encoding") != null);
    }

    private void look(SingleThreadEventLoop loop) {
        long now = System.nanoTime();
        List<Channel> overdue = new ArrayList<>();
        for (Iterator<Channel> all = loop.registeredChannelsIterator(); all.hasNext(); ) {
            Channel channel = all.next();
            if (channel.parent() instanceof ServerChannel && Turn.of(channel).isOverdue(limits, now)) {
                overdue.add(channel);
            }
        }
        for (Channel channel : overdue) {
            if (!Turn.of(channel).isIdle()) {
                limited.count(Limited.Limit.SLOW_REQUESTS);
            }
            end(channel);
        }
    }

    private static void end(Channel channel) {
        if (waitingBytes(channel) == 0) {
            channel.close();
        } else {
            Connections.cut(channel);
        }
    }

    private static long maxWaitingBytes(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 ? MAX_WAITING_BYTES_HTTP_2 : MAX_WAITING_BYTES;
    }

    private static long waitingBytes(Channel channel) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes();
    }
}
