package dev.freshet.push.sse;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Connections;
import dev.freshet.push.delivery.Feed;
import dev.freshet.push.delivery.LagLimits;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.ScheduledTask;
import dev.freshet.push.delivery.Sockets;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One open stream. Confined to its event loop.
final class SseConnection implements Feed.Out, Beats.Beat, Connections.Connection {

    /// What a stream's last bytes may take to get to the socket. After it, nobody reads them.
    private static final long END_GRACE_MS = 2_000;

    private final LoopHub hub;
    private final Beats beats;
    private final PushMetrics metrics;
    private final HttpServerResponse response;
    private final HttpConnection transport;
    private final HttpVersion version;
    private final Caller caller;
    private final SseRequest request;
    private final LagLimits limits;
    private final int retryMs;
    private final Feed feed;
    private @Nullable ScheduledTask expiry;
    private boolean ended;

    SseConnection(
            LoopHub hub,
            Beats beats,
            PushMetrics metrics,
            HttpServerRequest http,
            Caller caller,
            SseRequest request,
            LagLimits limits,
            int retryMs) {
        this.hub = hub;
        this.beats = beats;
        this.metrics = metrics;
        this.response = http.response();
        this.transport = http.connection();
        this.version = http.version();
        this.caller = caller;
        this.request = request;
        this.limits = limits;
        this.retryMs = retryMs;
        this.feed = new Feed(hub, this);
    }

    /// Begins to follow, says where the client stands, and gives it what it missed.
    ///
    /// @param from the client's cursor, or the place at which a new client was held; `null` if the client sent none
    ///     that can be used, or begins here
    void open(String connectionId, @Nullable Cursor from) {
        boolean cameBack = request.cursor() != null;
        Map<Channel, GapReason> gaps = new LinkedHashMap<>();
        for (Channel channel : request.channels()) {
            Subscription subscription = feed.follow(channel);
            if (cameBack || from != null) {
                switch (Resume.decide(from, channel, hub)) {
                    case Resume.Decision.Live live -> resumed(cameBack, "live");
                    case Resume.Decision.Behind behind -> {
                        resumed(cameBack, "window");
                        feed.rewind(subscription, behind.number(), behind.place());
                    }
                    case Resume.Decision.Gap gap -> gaps.put(channel, gap.reason());
                }
            }
        }
        metrics.opened(Transport.SSE, cameBack);
        response.closeHandler(closed -> close());
        response.exceptionHandler(failure -> close());
        response.drainHandler(drained -> limits.drained(this));
        write(new SseMessage.Init(
                retryMs, feed.cursor(), connectionId, request.channels(), cameBack && gaps.isEmpty()));
        gaps.forEach((channel, reason) -> {
            metrics.gap(reason.word(), 1);
            gap(channel, reason);
        });
        feed.catchUp();
        beats.start(this);
        hub.connections().add(this);
        expiry = hub.after(Math.max(0, caller.expiresAt() - System.currentTimeMillis()), this::expired);
    }

    private void resumed(boolean cameBack, String source) {
        if (cameBack) {
            metrics.resumed(source);
        }
    }

    @Override
    public Transport transport() {
        return Transport.SSE;
    }

    @Override
    public Feed feed() {
        return feed;
    }

    @Override
    public boolean wants(LiveEvent event) {
        return !caller.userId().equals(event.logged().event().exclude())
                && (request.types().isEmpty()
                        || request.types().contains(event.logged().event().type()));
    }

    @Override
    public boolean isWritable() {
        return !ended && !response.writeQueueFull();
    }

    @Override
    public void write(LiveEvent event, Subscription subscription) {
        if (feed.isInOnePartition()) {
            response.write(event.sse());
        } else {
            response.write(Buffer.buffer(SseWriter.idLine(feed.cursor().toString())));
            response.write(event.sseRest());
        }
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        if (!ended) {
            write(new SseMessage.Gap(feed.cursor(), channel, reason));
        }
    }

    @Override
    public void beat() {
        if (!feed.isStalled()) {
            write(new SseMessage.Heartbeat(feed.cursor(), System.currentTimeMillis()));
        }
    }

    @Override
    public Future<Void> restart() {
        return end(comeBack()).onComplete(ended -> leave());
    }

    @Override
    public void tooSlow() {
        if (!ended) {
            metrics.error("slow-reader");
            end(comeBack());
        }
    }

    /// Spread over as long again, so that those who were sent away together do not come back together.
    private Buffer comeBack() {
        int jittered = retryMs / 2 + ThreadLocalRandom.current().nextInt(retryMs + 1);
        return Buffer.buffer(SseWriter.write(new SseMessage.Retry(jittered)));
    }

    /// The stream ends with its token; the client comes back with another one and resumes.
    private void expired() {
        end(Buffer.buffer());
    }

    /// @return completes when all that was written is with the socket; fails if it was cut
    private Future<Void> end(Buffer last) {
        if (ended) {
            return Future.succeededFuture();
        }
        close();
        Future<Void> written = response.end(last);
        ScheduledTask grace = hub.after(END_GRACE_MS, this::cut);
        return written.onComplete(done -> grace.cancel());
    }

    /// Else a client or a proxy would send its next request, perhaps this very stream's, to a process that ends.
    private void leave() {
        if (version != HttpVersion.HTTP_2) {
            transport.close();
        }
    }

    /// An HTTP/2 connection may have other streams, which go on.
    private void cut() {
        if (version != HttpVersion.HTTP_2) {
            Sockets.cut(transport);
        } else {
            response.reset();
        }
    }

    private void close() {
        if (ended) {
            return;
        }
        ended = true;
        if (expiry != null) {
            expiry.cancel();
        }
        beats.stop(this);
        hub.connections().remove(this);
        feed.close();
        metrics.closed(Transport.SSE);
    }

    private void write(SseMessage message) {
        response.write(Buffer.buffer(SseWriter.write(message)));
    }
}
