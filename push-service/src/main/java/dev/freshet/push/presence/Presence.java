package dev.freshet.push.presence;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.metrics.PresenceMetrics;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.RedisUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// Who is present on rooms and documents. Safe for any thread.
@Singleton
public final class Presence {

    /// Who asks waits so long for what this pod has not told Redis yet.
    private static final long WAIT_MS = 1_000;

    private final Vertx vertx;
    private final Log log;
    private final List<Roster> rosters = new ArrayList<>();
    private final Snapshots snapshots;

    Presence(Vertx vertx, Log log, RedisLink redis, PresenceMetrics metrics, PushConfig config) {
        this.vertx = vertx;
        this.log = log;
        PushConfig.Presence settings = config.presence();
        for (int partition = 0; partition < log.partitions().count(); partition++) {
            PresenceStore store = new PresenceStore(redis, log, partition, metrics, settings.crowd());
            rosters.add(new Roster(vertx, store, metrics, settings, System::nanoTime));
        }
        this.snapshots = new Snapshots(vertx, redis, log.partitions(), settings.crowd());
    }

    void start(@Observes StartupEvent event) {
        rosters.forEach(Roster::start);
    }

    void stop(@Observes ShutdownEvent event) {
        rosters.forEach(Roster::stop);
    }

    /// Whether users are present on channels of this kind.
    public static boolean isKnownOf(Channel channel) {
        return channel.kind() == ChannelKind.ROOM || channel.kind() == ChannelKind.DOCUMENT;
    }

    /// A connection of this pod makes a user present. What one thread enters and leaves keeps its order.
    void enter(Channel channel, String user) {
        roster(channel).enter(channel, user);
    }

    /// A connection of this pod does not make a user present any more.
    ///
    /// @param atOnce whether the user wished that; else it is told only after a while
    void leave(Channel channel, String user, boolean atOnce) {
        roster(channel).leave(channel, user, atOnce);
    }

    /// Who is present on a channel, all that happened on this pod before included. Fails with [RedisUnavailable].
    ///
    /// @param after the `next` of the page before; empty for the first
    public Future<Snapshots.Page> snapshot(Channel channel, String after) {
        Promise<Void> written = Promise.promise();
        roster(channel)
                .written()
                .onSuccess(done -> written.tryComplete())
                .onFailure(failure -> written.tryFail(new RedisUnavailable(failure)));
        long timer = vertx.setTimer(WAIT_MS, fired -> written.tryFail(new RedisUnavailable("presence is not written")));
        return written.future()
                .onComplete(done -> vertx.cancelTimer(timer))
                .compose(done -> snapshots.page(channel, after));
    }

    private Roster roster(Channel channel) {
        return rosters.get(log.partitions().of(channel));
    }
}
