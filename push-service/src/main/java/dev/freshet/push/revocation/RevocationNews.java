package dev.freshet.push.revocation;

import dev.freshet.contract.log.Keys;
import dev.freshet.push.delivery.Hub;
import dev.freshet.service.redis.RedisLink;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Reads who was disconnected, and ends their connections on this pod.
///
/// A stream of news is read from a place on, some times a second, so a pod that was paused or cut off reads what
/// it missed. What no stream can promise (it may be trimmed, lost with a primary, or begin anew) is made good by
/// [Recheck], which runs after each interruption and from time to time.
@Singleton
final class RevocationNews {

    private static final Logger LOG = Logger.getLogger(RevocationNews.class);

    /// Between two reads: a disconnect is to take less than a second.
    private static final long PAUSE_MS = 250;

    private static final int PAGE = 1000;

    private final Vertx vertx;
    private final Context home;
    private final RedisLink redis;
    private final Hub hub;
    private final Recheck recheck;
    private String last = "0-0";
    private boolean interrupted;
    private volatile boolean stopped;

    RevocationNews(Vertx vertx, RedisLink redis, Hub hub, Recheck recheck) {
        this.vertx = vertx;
        // There an idle pod's read wakes one thread, and twice: for the timer, and for the answer.
        this.home = redis.home();
        this.redis = redis;
        this.hub = hub;
        this.recheck = recheck;
    }

    void start(@Observes StartupEvent event) {
        home.runOnContext(now -> read());
        recheck.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        recheck.stop();
    }

    private void read() {
        if (stopped) {
            return;
        }
        Request read = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(PAGE)
                .arg("STREAMS")
                .arg(Keys.revocations())
                .arg(last);
        redis.send(read).onComplete(answered -> {
            int entries = 0;
            if (answered.succeeded()) {
                entries = took(answered.result());
                if (interrupted) {
                    // Another server may not have what the last one told, nor told what it has.
                    interrupted = false;
                    recheck.now();
                }
            } else if (!interrupted) {
                interrupted = true;
                LOG.debugf(
                        "News of revocations cannot be read now: %s",
                        answered.cause().getMessage());
            }
            if (entries == PAGE) {
                read();
            } else {
                vertx.setTimer(PAUSE_MS, fired -> read());
            }
        });
    }

    /// @return how many entries there were
    private int took(@Nullable Response answer) {
        if (answer == null) {
            return 0;
        }
        Response entries = answer.get(0).get(1);
        Map<String, Long> revokedAt = new HashMap<>();
        for (Response entry : entries) {
            last = entry.get(0).toString();
            take(entry.get(1), revokedAt);
        }
        if (!revokedAt.isEmpty()) {
            hub.onEach(loop -> loop.connections().revoke(revokedAt));
        }
        return entries.size();
    }

    /// Whoever may write to Redis may write nonsense here; it is passed over.
    private static void take(Response fields, Map<String, Long> revokedAt) {
        String user = null;
        String at = null;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            switch (fields.get(i).toString()) {
                case "user" -> user = fields.get(i + 1).toString();
                case "at" -> at = fields.get(i + 1).toString();
                default -> {}
            }
        }
        if (user != null && at != null && at.matches("[0-9]{1,18}")) {
            revokedAt.merge(user, Long.parseLong(at), Math::max);
        }
    }
}
