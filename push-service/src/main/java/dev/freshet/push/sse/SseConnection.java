package dev.freshet.push.sse;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Feed;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.ScheduledTask;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One open stream. Confined to its event loop.
final class SseConnection implements Feed.Out, Beats.Beat {

    private final LoopHub hub;
    private final Beats beats;
    private final PushMetrics metrics;
    private final HttpServerResponse response;
    private final Caller caller;
    private final SseRequest request;
    private final Duration maxStall;
    private final Feed feed;
    private @Nullable ScheduledTask expiry;
    private boolean ended;

    SseConnection(
            LoopHub hub,
            Beats beats,
            PushMetrics metrics,
            HttpServerResponse response,
            Caller caller,
            SseRequest request,
            Duration maxStall) {
        this.hub = hub;
        this.beats = beats;
        this.metrics = metrics;
        this.response = response;
        this.caller = caller;
        this.request = request;
        this.maxStall = maxStall;
        this.feed = new Feed(hub, this);
    }

    /// Begins to follow, says where the client stands, and gives it what it missed.
    ///
    /// @param cursor of the client; `null` if it sent none, or none that can be used
    void open(String connectionId, int retryMs, @Nullable Cursor cursor) {
        boolean cameBack = request.cursor() != null;
        Map<Channel, GapReason> gaps = new LinkedHashMap<>();
        for (Channel channel : request.channels()) {
            Subscription subscription = feed.follow(channel);
            if (cameBack) {
                switch (Resume.decide(cursor, channel, hub)) {
                    case Resume.Decision.Live live -> metrics.resumed("live");
                    case Resume.Decision.Behind behind -> {
                        metrics.resumed("window");
                        feed.rewind(subscription, behind.number(), behind.place());
                    }
                    case Resume.Decision.Gap gap -> gaps.put(channel, gap.reason());
                }
            }
        }
        metrics.opened(Transport.SSE, cameBack);
        response.closeHandler(closed -> close());
        response.exceptionHandler(failure -> close());
        response.drainHandler(drained -> feed.drained());
        write(new SseMessage.Init(
                retryMs, feed.cursor(), connectionId, request.channels(), cameBack && gaps.isEmpty()));
        gaps.forEach((channel, reason) -> {
            metrics.gap(reason.word(), 1);
            gap(channel, reason);
        });
        feed.catchUp();
        beats.start(this);
        expiry = hub.after(Math.max(0, caller.expiresAt() - System.currentTimeMillis()), this::end);
    }

    @Override
    public Transport transport() {
        return Transport.SSE;
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
        long now = System.currentTimeMillis();
        if (feed.stalledSince() == 0) {
            write(new SseMessage.Heartbeat(feed.cursor(), now));
        } else if (now - feed.stalledSince() > maxStall.toMillis()) {
            metrics.error("slow-reader");
            close();
            response.reset();
        }
    }

    /// The stream ends with its token; the client comes back with another one and resumes.
    private void end() {
        if (!ended) {
            close();
            response.end();
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
        feed.close();
        metrics.closed(Transport.SSE);
    }

    private void write(SseMessage message) {
        response.write(Buffer.buffer(SseWriter.write(message)));
    }
}
