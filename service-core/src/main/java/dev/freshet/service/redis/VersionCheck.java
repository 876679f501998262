package dev.freshet.service.redis;

import io.quarkus.arc.properties.UnlessBuildProperty;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import org.jboss.logging.Logger;

/// Ends a service that uses Redis, but not the log, beside a Redis that is too old for its scripts. Those that use
/// the log learn it with the rest of what they have to know.
///
/// It asks by `HELLO`, for which no user needs a right. A server that does not know it, or does not tell, is
/// believed: it may be a proxy. One that is not there yet is asked again, and nobody waits for that.
///
/// @see <a href="https://redis.io/docs/latest/commands/hello/">HELLO</a>
@Singleton
@UnlessBuildProperty(name = "freshet.service.uses-log", stringValue = "true", enableIfMissing = true)
public final class VersionCheck {

    private static final Logger LOG = Logger.getLogger(VersionCheck.class);

    private static final long RETRY_MS = 500;

    private final RedisLink redis;
    private final Vertx vertx;

    VersionCheck(RedisLink redis, Vertx vertx) {
        this.redis = redis;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent event) {
        attempt();
    }

    private void attempt() {
        // The version of the protocol that the connection has anyway: nothing changes on it.
        redis.send(Request.cmd(Command.HELLO).arg(2))
                .onSuccess(answer -> {
                    try {
                        ServerTooOld.check(version(answer));
                    } catch (ServerTooOld refusal) {
                        LOG.fatalf("Cannot start: %s.", refusal.getMessage());
                        Quarkus.asyncExit(1);
                    }
                })
                .onFailure(failure -> {
                    if (!isAnswered(failure)) {
                        vertx.setTimer(RETRY_MS, fired -> attempt());
                    }
                });
    }

    /// Whether Redis said no, and will again.
    private static boolean isAnswered(Throwable failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), "");
        return message.startsWith("ERR ") || message.startsWith("NOPERM ");
    }

    /// Empty if there is none among names and values in turn.
    static String version(Response hello) {
        for (int i = 0; i + 1 < hello.size(); i += 2) {
            if (hello.get(i).toString().equals("version")) {
                return hello.get(i + 1).toString();
            }
        }
        return "";
    }
}
