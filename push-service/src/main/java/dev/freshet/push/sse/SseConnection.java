package dev.freshet.push.sse;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.SseMessage;
import dev.freshet.contract.message.SseWriter;
import dev.freshet.push.delivery.Age;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Connections;
import dev.freshet.push.delivery.Feed;
import dev.freshet.push.delivery.Form;
import dev.freshet.push.delivery.LagLimits;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.ScheduledTask;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.presence.Attendance;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.push.wire.StreamWire;
import dev.freshet.push.wire.Wire;
import dev.freshet.push.wire.Wires;
import dev.freshet.service.identity.Caller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One open stream. Confined to its event loop.
final class SseConnection implements Feed.Out, Beats.Beat, Connections.Connection {

    /// What a stream's last bytes may take to get to the socket. After it, nobody reads them.
    private static final long END_GRACE_MS = 5_000;

    private static final byte[] NOTHING = {};

    private final LoopHub hub;
    private final Beats beats;
    private final PushMetrics metrics;
    private final Wires wires;
    private final Caller caller;
    private final SseRequest request;
    private final LagLimits limits;
    private final int retryMs;
    private final History history;
    private final Attendance attendance;
    private final Feed feed;

    /// To be told as soon as the stream has begun.
    private Map<Channel, GapReason> gaps = new LinkedHashMap<>();

    private final Age age;

    /// Until the stream has begun: it holds on to all that came with it.
    private @Nullable HttpServerRequest http;

    /// Once the stream has begun.
    private @Nullable StreamWire wire;

    private @Nullable ScheduledTask expiry;
    private boolean ended;
    private Runnable left = () -> {};

    SseConnection(
            LoopHub hub,
            Beats beats,
            PushMetrics metrics,
            HttpServerRequest http,
            Wires wires,
            Caller caller,
            SseRequest request,
            LagLimits limits,
            int retryMs,
            History history,
            Attendance attendance,
            Age age) {
        this.hub = hub;
        this.beats = beats;
        this.metrics = metrics;
        this.http = http;
        this.wires = wires;
        this.caller = caller;
        this.request = request;
        this.limits = limits;
        this.retryMs = retryMs;
        this.history = history;
        this.attendance = attendance;
        this.age = age;
        this.feed = new Feed(hub, history, this);
        feed.hold();
    }

    /// Begins to follow, says where the client stands, and gives it what it missed.
    ///
    /// @param from the client's cursor, or the place at which a new client was held; `null` if the client sent
    ///     none that can be used, or begins here
    /// @param left called when it has ended, once
    /// @return fails if Redis is needed for that and does not answer; then nothing was written
    Future<Void> open(String connectionId, @Nullable Cursor from, Runnable left) {
        this.left = left;
        boolean cameBack = request.cursor() != null;
        for (Channel channel : request.channels()) {
            Subscription subscription = feed.follow(channel);
            if (cameBack || from != null) {
                switch (Resume.decide(from, channel, hub)) {
                    case Resume.Decision.Live live -> resumed(cameBack, "live");
                    case Resume.Decision.Behind behind -> {
                        resumed(cameBack, behind.number() < 0 ? "history" : "window");
                        feed.rewind(subscription, behind.number(), behind.place());
                    }
                    case Resume.Decision.Gap gap -> {
                        gaps.put(channel, gap.reason());
                        metrics.notResumed(gap.reason());
                    }
                }
            }
        }
        metrics.opened(Transport.SSE, cameBack);
        HttpServerResponse response = http().response();
        response.closeHandler(closed -> close());
        response.exceptionHandler(failure -> close());
        hub.connections().add(this);
        return feed.prepare()
                .compose(prepared -> beginning(from))
                .onSuccess(beginning -> begin(connectionId, cameBack, beginning))
                .onFailure(failure -> close())
                .mapEmpty();
    }

    /// The newest events, where the client asked for them, of channels on which it begins or has a gap.
    private Future<List<LiveEvent>> beginning(@Nullable Cursor from) {
        boolean cameBack = request.cursor() != null;
        Set<Channel> lost = feed.lost();
        List<Channel> channels = request.channels().stream()
                .filter(channel -> !cameBack || gaps.containsKey(channel) || lost.contains(channel))
                .toList();
        if (request.last() == 0 || channels.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return history.newestOf(hub, channels, request.last(), this::wants)
                .map(events -> events.stream()
                        .filter(event -> cameBack || from == null || isUpTo(event, from))
                        .toList());
    }

    /// A stream that was held begins where it was held; what came since follows as news.
    private static boolean isUpTo(LiveEvent event, Cursor from) {
        EventId place = from.in(event.logged().id().partition());
        return place == null || event.position().compareTo(place.position()) <= 0;
    }

    private void begin(String connectionId, boolean cameBack, List<LiveEvent> beginning) {
        if (ended) {
            return;
        }
        boolean resumed = cameBack && gaps.isEmpty() && feed.lost().isEmpty();
        SseMessage init = new SseMessage.Init(retryMs, feed.cursor(), connectionId, request.channels(), resumed);
        http().response().write(Buffer.buffer(SseWriter.write(init)));
        wire = wires.ofStream(http(), hub.flusher(), this::close);
        http = null;
        gaps.forEach(this::gap);
        gaps = Map.of();
        feed.tellLost();
        feed.beginWith(beginning);
        feed.release();
        request.channels().forEach(attendance::enter);
        beats.start(this);
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
    public Caller caller() {
        return caller;
    }

    @Override
    public boolean wants(LiveEvent event) {
        return !caller.userId().equals(event.logged().event().exclude())
                && (request.types().isEmpty()
                        || request.types().contains(event.logged().event().type()));
    }

    @Override
    public boolean isWritable() {
        return !ended && wire().isWritable();
    }

    @Override
    public void stalled() {
        wire().onceDrained(() -> limits.drained(feed));
    }

    @Override
    public Form form() {
        return Form.STREAM;
    }

    /// With a cursor over several partitions, or with a filter, its events are its own.
    @Override
    public @Nullable Wire wireOfAll() {
        return feed.isInOnePartition() && request.types().isEmpty() ? wire : null;
    }

    @Override
    public void write(LiveEvent event, Subscription subscription) {
        wire().write(
                        feed.isInOnePartition()
                                ? Form.STREAM.of(event)
                                : SseWriter.join(SseWriter.idLine(feed.cursor().toString()), event.sseRest()));
    }

    @Override
    public void writeOutOfTurn(LiveEvent event, Subscription subscription) {
        Cursor here = feed.cursor();
        EventId place = here.in(subscription.partition());
        if (feed.isInOnePartition() && place != null && event.position().compareTo(place.position()) <= 0) {
            write(event, subscription);
        } else {
            wire().write(SseWriter.join(SseWriter.idLine(here.toString()), event.sseRest()));
        }
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        if (wire == null) {
            gaps.put(channel, reason);
        } else if (!ended) {
            write(new SseMessage.Gap(feed.cursor(), channel, reason));
        }
    }

    @Override
    public void beat() {
        if (age.isOver()) {
            metrics.ended(Transport.SSE, "max-age");
            restart();
            return;
        }
        if (!feed.isStalled()) {
            write(new SseMessage.Heartbeat(feed.cursor(), System.currentTimeMillis()));
        }
    }

    @Override
    public Future<Void> restart() {
        return end(comeBack());
    }

    @Override
    public void tooSlow() {
        if (!ended) {
            metrics.error("slow-reader");
            end(comeBack());
        }
    }

    @Override
    public void broken() {
        if (!ended) {
            metrics.error("delivery");
            close();
            way().cut();
        }
    }

    /// A native EventSource comes back, is refused with a status, and gives up.
    @Override
    public void revoked() {
        if (!ended) {
            metrics.ended(Transport.SSE, "revoked");
        }
        end(NOTHING);
    }

    /// Spread over as long again, so that those who were sent away together do not come back together.
    private byte[] comeBack() {
        int jittered = retryMs / 2 + ThreadLocalRandom.current().nextInt(retryMs + 1);
        return SseWriter.write(new SseMessage.Retry(jittered));
    }

    /// The stream ends with its token; the client comes back with another one and resumes.
    private void expired() {
        metrics.ended(Transport.SSE, "token-expired");
        end(NOTHING);
    }

    /// @return completes when all that was written is with the socket; fails if it was cut
    private Future<Void> end(byte[] last) {
        if (ended) {
            return Future.succeededFuture();
        }
        close();
        StreamWire way = way();
        Future<Void> written = way.end(last);
        ScheduledTask grace = hub.after(END_GRACE_MS, way::cut);
        return written.onComplete(done -> grace.cancel());
    }

    private StreamWire way() {
        return wire == null ? wires.ofResponse(http()) : wire;
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
        attendance.close();
        metrics.closed(Transport.SSE);
        left.run();
    }

    private void write(SseMessage message) {
        wire().write(SseWriter.write(message));
    }

    private StreamWire wire() {
        return Objects.requireNonNull(wire, "the stream has not begun");
    }

    private HttpServerRequest http() {
        return Objects.requireNonNull(http, "the stream has begun");
    }
}
