package dev.freshet.push.websocket;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.push.config.PushConfig;
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
import dev.freshet.push.presence.Snapshots;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.push.wire.Wire;
import dev.freshet.service.identity.Caller;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One open WebSocket: who it is and what it follows. Confined to its event loop.
final class Session implements Feed.Out, Beats.Beat, Connections.Connection {

    /// Pings that may stay unanswered.
    private static final int MISSED_PONGS = 2;

    /// Chat messages of a room that are told to who joins it.
    private static final int MESSAGES = 50;

    private static final String CHAT_MESSAGE = "chat-message";

    private final String connectionId;
    private final LoopHub hub;
    private final Beats beats;
    private final Outbox outbox;
    private final Wire wire;
    private final PushMetrics metrics;
    private final PushConfig config;
    private final LagLimits limits;
    private final Resume resume;
    private final History history;
    private final Attendance attendance;
    private final Feed feed;
    private final Promise<Void> gone = Promise.promise();

    /// Channels that were subscribed to, and so stay followed when the room is left.
    private final Set<Channel> subscribed = new HashSet<>();

    private final Age age;
    private Caller caller;
    private @Nullable ScheduledTask expiry;
    private int unanswered;
    private boolean ended;

    Session(
            String connectionId,
            Caller caller,
            LoopHub hub,
            Beats beats,
            Outbox outbox,
            Wire wire,
            PushMetrics metrics,
            PushConfig config,
            LagLimits limits,
            Resume resume,
            History history,
            Attendance attendance) {
        this.connectionId = connectionId;
        this.caller = caller;
        this.hub = hub;
        this.beats = beats;
        this.outbox = outbox;
        this.wire = wire;
        this.metrics = metrics;
        this.config = config;
        this.limits = limits;
        this.resume = resume;
        this.history = history;
        this.attendance = attendance;
        this.feed = new Feed(hub, history, this);
        this.age = Age.upTo(config.maxConnectionAge());
    }

    /// Not from the moment on in which it is told to close: what its client sends after that is not listened to.
    boolean isOpen() {
        return !ended && outbox.isOpen();
    }

    String connectionId() {
        return connectionId;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    /// Begins with the user's own channel, which every connection follows.
    void open(@Nullable String after) {
        metrics.opened(Transport.WEBSOCKET, after != null);
        // Nothing is to follow a close frame.
        outbox.onClosing(feed::hold);
        outbox.send(new ServerMessage.Connected(caller.userId(), connectionId, hub.cursor()));
        beats.start(this);
        hub.connections().add(this);
        endWithToken();
        ready(after)
                .onSuccess(ready -> {
                    if (!ended) {
                        Channel own = caller.ownChannel();
                        subscribed.add(own);
                        follow(own, after);
                        feed.catchUp();
                    }
                })
                .onFailure(failure -> outbox.close(CloseCode.RESTART));
    }

    /// Completes when it can be decided what a client at this place missed. Fails while Redis does not answer.
    Future<Void> ready(@Nullable String after) {
        return resume.ready(Resume.parse(after), hub);
    }

    void closed() {
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
        metrics.closed(Transport.WEBSOCKET);
        gone.complete();
    }

    /// Joins a room: from a place on, or with its last chat messages.
    ///
    /// @return whether the room is joined; if not, the connection follows too many channels. Fails if Redis is
    ///     needed and does not answer
    Future<Boolean> join(Channel room, @Nullable String after) {
        if (!hasRoomFor(room)) {
            return Future.succeededFuture(false);
        }
        if (after != null && !after.isEmpty()) {
            outbox.send(new ServerMessage.JoinedRoom(room));
            follow(room, after).setJoined(true);
            feed.catchUp();
            return Future.succeededFuture(true);
        }
        // News wait until what came before them is told.
        boolean known = feed.subscription(room) != null;
        feed.hold();
        Subscription subscription = feed.follow(room);
        return history.newest(hub, room, MESSAGES, CHAT_MESSAGE)
                .onSuccess(messages -> {
                    subscription.setJoined(true);
                    attendance.enter(room);
                    outbox.send(new ServerMessage.JoinedRoom(room));
                    outbox.send(new ServerMessage.MessageHistory(
                            room,
                            messages.stream()
                                    .filter(this::wants)
                                    .map(message -> message.logged().event().payload())
                                    .toList()));
                    feed.release();
                })
                .onFailure(failure -> {
                    if (!known) {
                        feed.unfollow(room);
                    }
                    feed.release();
                })
                .map(true);
    }

    void leave(Channel room) {
        Subscription subscription = feed.subscription(room);
        if (subscription != null) {
            subscription.setJoined(false);
            if (!subscribed.contains(room)) {
                unfollow(room);
            }
        }
        outbox.send(new ServerMessage.LeftRoom(room));
    }

    /// @return whether the channel is followed now; if not, the connection follows too many channels
    boolean subscribe(Channel channel, @Nullable String after) {
        if (!hasRoomFor(channel)) {
            return false;
        }
        outbox.send(new ServerMessage.Subscribed(channel));
        subscribed.add(channel);
        follow(channel, after);
        feed.catchUp();
        return true;
    }

    void unsubscribe(Channel channel, @Nullable String reason) {
        subscribed.remove(channel);
        Subscription subscription = feed.subscription(channel);
        if (subscription != null && (reason != null || !subscription.isJoined())) {
            unfollow(channel);
        }
        outbox.send(new ServerMessage.Unsubscribed(channel, reason));
    }

    /// Goes on as what a fresh ticket says: another user ends the session, fewer grants end subscriptions.
    void refresh(Caller fresh) {
        if (!isOpen()) {
            return;
        }
        if (!fresh.userId().equals(caller.userId())) {
            metrics.ended(Transport.WEBSOCKET, "another-user");
            outbox.close(CloseCode.FORBIDDEN);
            return;
        }
        // The news may have come while the ticket was looked up.
        if (hub.connections().isRevoked(fresh)) {
            revoked();
            return;
        }
        caller = fresh;
        for (Channel channel : List.copyOf(feed.channels())) {
            if (!fresh.mayFollow(channel)) {
                unsubscribe(channel, "forbidden");
            }
        }
        outbox.send(new ServerMessage.Refreshed(fresh.expiresAt()));
        endWithToken();
    }

    /// An answer that came on another thread, on this connection's event loop.
    <T> Future<T> here(Future<T> answer) {
        Promise<T> promise = Promise.promise();
        answer.onComplete(result -> hub.later(() -> promise.handle(result)));
        return promise.future();
    }

    void presence(Channel room, Snapshots.Page page) {
        outbox.send(new ServerMessage.Presence(room, page.users(), page.count()));
    }

    void ack(@Nullable String id) {
        if (id != null) {
            outbox.send(new ServerMessage.Ack(id));
        }
    }

    void error(@Nullable String id, ErrorCode code, String message) {
        metrics.error("message-" + code.word());
        outbox.send(new ServerMessage.Error(id, code, message));
    }

    void tooBig() {
        metrics.error("message-too-big");
        outbox.close(CloseCode.TOO_BIG);
    }

    void notUtf8() {
        metrics.error("message-not-utf8");
        outbox.close(CloseCode.NOT_UTF8);
    }

    void tooFast() {
        metrics.error("rate-limit");
        outbox.close(CloseCode.RATE_LIMITED);
    }

    void pong() {
        unanswered = 0;
    }

    @Override
    public Transport transport() {
        return Transport.WEBSOCKET;
    }

    @Override
    public Future<Void> restart() {
        outbox.close(CloseCode.RESTART);
        return gone.future();
    }

    @Override
    public void tooSlow() {
        if (outbox.isOpen()) {
            metrics.error("slow-reader");
            outbox.close(CloseCode.TOO_SLOW);
        }
    }

    @Override
    public void broken() {
        metrics.error("delivery");
        outbox.cut();
    }

    @Override
    public boolean wants(LiveEvent event) {
        return !caller.userId().equals(event.logged().event().exclude());
    }

    @Override
    public boolean isWritable() {
        return !ended && outbox.isWritable();
    }

    @Override
    public void stalled() {
        outbox.onceDrained(() -> limits.drained(feed));
    }

    @Override
    public Form form() {
        return Form.CHANNEL;
    }

    @Override
    public @Nullable Wire wireOfAll() {
        return wire;
    }

    @Override
    public void write(LiveEvent event, Subscription subscription) {
        outbox.send(subscription.form().of(event));
    }

    @Override
    public void writeOutOfTurn(LiveEvent event, Subscription subscription) {
        write(event, subscription);
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        outbox.send(new ServerMessage.Gap(channel, reason, hub.position(hub.partitionOf(channel))));
    }

    @Override
    public void revoked() {
        if (outbox.isOpen()) {
            metrics.ended(Transport.WEBSOCKET, "revoked");
            outbox.close(CloseCode.FORBIDDEN);
        }
    }

    @Override
    public void beat() {
        if (age.isOver() && outbox.isOpen()) {
            metrics.ended(Transport.WEBSOCKET, "max-age");
            restart();
            return;
        }
        if (unanswered >= MISSED_PONGS) {
            metrics.error("dead-connection");
            beats.stop(this);
            outbox.cut();
            return;
        }
        unanswered++;
        outbox.ping();
    }

    /// Follows a channel, from `after` on if it was not followed before; if it was, nothing of it is missing.
    private Subscription follow(Channel channel, @Nullable String after) {
        boolean known = feed.subscription(channel) != null;
        Subscription subscription = feed.follow(channel);
        attendance.enter(channel);
        if (!known && after != null && !after.isEmpty()) {
            switch (Resume.decide(Resume.parse(after), channel, hub)) {
                case Resume.Decision.Live live -> metrics.resumed("live");
                case Resume.Decision.Behind behind -> {
                    metrics.resumed(behind.number() < 0 ? "history" : "window");
                    feed.rewind(subscription, behind.number(), behind.place());
                }
                case Resume.Decision.Gap gap -> {
                    metrics.notResumed(gap.reason());
                    gap(channel, gap.reason());
                }
            }
        }
        return subscription;
    }

    private void unfollow(Channel channel) {
        feed.unfollow(channel);
        attendance.leave(channel);
    }

    private boolean hasRoomFor(Channel channel) {
        return feed.channels().contains(channel) || feed.channels().size() < config.maxChannels();
    }

    private void endWithToken() {
        if (expiry != null) {
            expiry.cancel();
        }
        long life = caller.expiresAt() - System.currentTimeMillis();
        expiry = hub.after(Math.max(0, life), this::expired);
    }

    private void expired() {
        if (outbox.isOpen()) {
            metrics.ended(Transport.WEBSOCKET, "token-expired");
            outbox.close(CloseCode.AUTHENTICATION_FAILED);
        }
    }
}
