package dev.freshet.push.websocket;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.ServerMessage;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Follower;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Subscription;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One open WebSocket: who it is and what it follows. Confined to its event loop.
final class Session implements Follower, Beats.Beat {

    /// Pings that may stay unanswered.
    private static final int MISSED_PONGS = 2;

    private final String connectionId;
    private final LoopHub hub;
    private final Beats beats;
    private final Outbox outbox;
    private final PushMetrics metrics;
    private final PushConfig config;
    private final Map<Channel, Subscription> subscriptions = new LinkedHashMap<>();

    /// Channels that were subscribed to, and so stay followed when the room is left.
    private final Set<Channel> subscribed = new HashSet<>();

    private Caller caller;
    private @Nullable Future<?> expiry;
    private int unanswered;
    private boolean ended;

    Session(
            String connectionId,
            Caller caller,
            LoopHub hub,
            Beats beats,
            Outbox outbox,
            PushMetrics metrics,
            PushConfig config) {
        this.connectionId = connectionId;
        this.caller = caller;
        this.hub = hub;
        this.beats = beats;
        this.outbox = outbox;
        this.metrics = metrics;
        this.config = config;
    }

    Caller caller() {
        return caller;
    }

    /// Begins with the user's own channel, which every connection follows.
    void open(@Nullable String after) {
        metrics.opened(Transport.WEBSOCKET, after != null);
        outbox.send(new ServerMessage.Connected(caller.userId(), connectionId, hub.cursor()));
        Channel own = caller.ownChannel();
        subscribed.add(own);
        follow(own, after);
        beats.start(this);
        endWithToken();
    }

    void closed() {
        if (ended) {
            return;
        }
        ended = true;
        if (expiry != null) {
            expiry.cancel(false);
        }
        beats.stop(this);
        subscriptions.values().forEach(hub::unsubscribe);
        subscriptions.clear();
        metrics.closed(Transport.WEBSOCKET);
    }

    /// @return whether the room is joined now; if not, the connection follows too many channels
    boolean join(Channel room, @Nullable String after) {
        if (!hasRoomFor(room)) {
            return false;
        }
        outbox.send(new ServerMessage.JoinedRoom(room));
        follow(room, after).setJoined(true);
        return true;
    }

    void leave(Channel room) {
        Subscription subscription = subscriptions.get(room);
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
        return true;
    }

    void unsubscribe(Channel channel, @Nullable String reason) {
        subscribed.remove(channel);
        Subscription subscription = subscriptions.get(channel);
        if (subscription != null && (reason != null || !subscription.isJoined())) {
            unfollow(channel);
        }
        outbox.send(new ServerMessage.Unsubscribed(channel, reason));
    }

    /// Goes on as what a fresh ticket says: another user ends the session, fewer grants end subscriptions.
    void refresh(Caller fresh) {
        if (!fresh.userId().equals(caller.userId())) {
            outbox.close(CloseCode.FORBIDDEN);
            return;
        }
        caller = fresh;
        for (Channel channel : List.copyOf(subscriptions.keySet())) {
            if (!fresh.mayFollow(channel)) {
                unsubscribe(channel, "forbidden");
            }
        }
        outbox.send(new ServerMessage.Refreshed(fresh.expiresAt()));
        endWithToken();
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

    void pong() {
        unanswered = 0;
    }

    @Override
    public Transport transport() {
        return Transport.WEBSOCKET;
    }

    @Override
    public boolean deliver(LiveEvent event, Subscription subscription) {
        if (ended || caller.userId().equals(event.logged().event().exclude())) {
            return false;
        }
        return outbox.send(subscription.isJoined() ? event.roomText() : event.channelText());
    }

    @Override
    public void gap(Channel channel, GapReason reason) {
        outbox.send(new ServerMessage.Gap(channel, reason));
    }

    @Override
    public void beat() {
        if (unanswered >= MISSED_PONGS) {
            metrics.error("dead-connection");
            beats.stop(this);
            outbox.cut();
            return;
        }
        unanswered++;
        outbox.ping();
    }

    private Subscription follow(Channel channel, @Nullable String after) {
        Subscription known = subscriptions.get(channel);
        if (known == null) {
            known = hub.subscribe(this, channel);
            subscriptions.put(channel, known);
        }
        Resume resume = Resume.of(after, List.of(channel), new int[] {known.partition()}, hub);
        resume.gaps().forEach((gapped, reason) -> {
            gap(gapped, reason);
            metrics.gap(reason.word(), 1);
        });
        return known;
    }

    private void unfollow(Channel channel) {
        Subscription subscription = subscriptions.remove(channel);
        if (subscription != null) {
            hub.unsubscribe(subscription);
        }
    }

    private boolean hasRoomFor(Channel channel) {
        return subscriptions.containsKey(channel) || subscriptions.size() < config.maxChannels();
    }

    private void endWithToken() {
        if (expiry != null) {
            expiry.cancel(false);
        }
        long life = caller.expiresAt() - System.currentTimeMillis();
        expiry = hub.after(Math.max(0, life), () -> outbox.close(CloseCode.AUTHENTICATION_FAILED));
    }
}
