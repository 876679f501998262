package dev.freshet.push.sse;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Follower;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.replay.Resume;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One open stream. Confined to its event loop.
final class SseConnection implements Follower, Beats.Beat {

    private final LoopHub hub;
    private final Beats beats;
    private final PushMetrics metrics;
    private final HttpServerResponse response;
    private final String userId;
    private final Set<String> types;
    private final int[] partitions;
    private final int retryMs;
    private final long expiresAt;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private @Nullable Future<?> expiry;
    private boolean tooSlow;
    private boolean ended;

    SseConnection(
            LoopHub hub,
            Beats beats,
            PushMetrics metrics,
            HttpServerResponse response,
            String userId,
            long expiresAt,
            SseRequest request,
            int retryMs) {
        this.hub = hub;
        this.beats = beats;
        this.metrics = metrics;
        this.response = response;
        this.userId = userId;
        this.types = request.types();
        this.partitions = request.partitions(hub::partitionOf);
        this.retryMs = retryMs;
        this.expiresAt = expiresAt;
    }

    /// Begins to follow, and says where the client stands.
    void open(String connectionId, SseRequest request) {
        Resume resume = Resume.of(request.cursor(), request.channels(), partitions, hub);
        for (Channel channel : request.channels()) {
            subscriptions.add(hub.subscribe(this, channel));
        }
        metrics.opened(Transport.SSE, request.cursor() != null);
        response.closeHandler(closed -> close());
        response.exceptionHandler(failure -> close());
        write(new SseMessage.Init(retryMs, resume.cursor(), connectionId, request.channels(), resume.resumed()));
        for (Map.Entry<Channel, GapReason> gap : resume.gaps().entrySet()) {
            write(new SseMessage.Gap(resume.cursor(), gap.getKey(), gap.getValue()));
            metrics.gap(gap.getValue().word(), 1);
        }
        beats.start(this);
        long life = expiresAt - System.currentTimeMillis();
        expiry = hub.after(Math.max(0, life), this::end);
    }

    @Override
    public Transport transport() {
        return Transport.SSE;
    }

    @Override
    public boolean deliver(LiveEvent event, Subscription subscription) {
        if (ended
                || userId.equals(event.logged().event().exclude())
                || !types.isEmpty() && !types.contains(event.logged().event().type())
                || !hasRoom()) {
            return false;
        }
        if (partitions.length == 1) {
            response.write(event.sse());
        } else {
            EventId id = event.logged().id();
            response.write(Buffer.buffer(SseWriter.idLine(cursorAt(id).toString())));
            response.write(event.sseRest());
        }
        return true;
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        if (!ended) {
            write(new SseMessage.Gap(hub.cursor(partitions), channel, reason));
        }
    }

    @Override
    public void beat() {
        if (!ended && hasRoom()) {
            write(new SseMessage.Heartbeat(hub.cursor(partitions), System.currentTimeMillis()));
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
            expiry.cancel(false);
        }
        beats.stop(this);
        subscriptions.forEach(hub::unsubscribe);
        subscriptions.clear();
        metrics.closed(Transport.SSE);
    }

    /// Whether the socket keeps up. If not, the stream ends: what waits for a socket costs memory that no other client
    /// has, and the client that comes back is told what it missed.
    private boolean hasRoom() {
        if (!tooSlow && response.writeQueueFull()) {
            tooSlow = true;
            metrics.error("slow-reader");
            hub.later(() -> {
                close();
                response.reset();
            });
        }
        return !tooSlow;
    }

    private Cursor cursorAt(EventId id) {
        // The hub has moved its own place to this event before it delivers it.
        List<EventId> places = new ArrayList<>(partitions.length);
        for (int partition : partitions) {
            places.add(partition == id.partition() ? id : hub.position(partition));
        }
        return new Cursor(places);
    }

    private void write(SseMessage message) {
        response.write(Buffer.buffer(SseWriter.write(message)));
    }
}
