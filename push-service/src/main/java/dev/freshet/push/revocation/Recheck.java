package dev.freshet.push.revocation;

import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.service.identity.Revocations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/// Looks up whether the users of this pod's connections were disconnected: what no news told of.
///
/// One event loop's users are asked for in chunks, one after the other, so that nothing else waits behind them.
@Singleton
final class Recheck {

    private static final Logger LOG = Logger.getLogger(Recheck.class);

    private static final int CHUNK = 250;

    private final Vertx vertx;
    private final Hub hub;
    private final Revocations revocations;
    private final long intervalMs;
    private final Set<LoopHub> busy = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    Recheck(Vertx vertx, Hub hub, Revocations revocations, PushConfig config) {
        this.vertx = vertx;
        this.hub = hub;
        this.revocations = revocations;
        this.intervalMs = config.revocationCheck().toMillis();
    }

    void start() {
        vertx.setPeriodic(intervalMs, fired -> now());
    }

    void stop() {
        stopped = true;
    }

    /// Looks now, where it does not look already.
    void now() {
        hub.onEach(loop -> {
            if (!stopped && busy.add(loop)) {
                check(loop, loop.connections().users().iterator());
            }
        });
    }

    private void check(LoopHub loop, Iterator<String> users) {
        Map<String, Long> revokedAt = new HashMap<>();
        List<Future<Long>> asked = new ArrayList<>();
        while (users.hasNext() && asked.size() < CHUNK) {
            String user = users.next();
            asked.add(revocations.revokedAt(user).onSuccess(at -> {
                if (at > 0) {
                    synchronized (revokedAt) {
                        revokedAt.put(user, at);
                    }
                }
            }));
        }
        Future.join(asked)
                .onComplete(done -> loop.later(() -> {
                    synchronized (revokedAt) {
                        loop.connections().revoke(revokedAt);
                    }
                    if (done.failed()) {
                        LOG.debugf(
                                "Not all users could be looked up: %s",
                                done.cause().getMessage());
                        busy.remove(loop);
                    } else if (users.hasNext() && !stopped) {
                        check(loop, users);
                    } else {
                        busy.remove(loop);
                    }
                }));
    }
}
