package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// What the tests of the link have in common.
public final class Links {

    public static final Duration LIMIT = Duration.ofSeconds(2);

    /// One for all tests: it ends with this JVM.
    public static final Vertx VERTX = Vertx.vertx();

    private Links() {}

    /// A link as Quarkus's settings would make it.
    public static RedisLink link(Map<String, String> settings) {
        RedisOptions options = new RedisOptions()
                .setType(RedisClientType.valueOf(settings.getOrDefault("quarkus.redis.client-type", "standalone")
                        .toUpperCase(Locale.ROOT)))
                .setEndpoints(new ArrayList<>(
                        List.of(settings.getOrDefault("quarkus.redis.hosts", "").split(","))))
                .setPreferredProtocolVersion(ProtocolVersion.RESP2);
        String name = settings.get("quarkus.redis.master-name");
        if (name != null) {
            options.setMasterName(name);
        }
        String password = settings.get("quarkus.redis.password");
        if (password != null) {
            options.setPassword(password);
        }
        return new RedisLink(VERTX, options, LIMIT);
    }

    public static void close(RedisLink link) {
        link.close();
    }

    /// The answer, or the failure thrown, in a [RedisUnavailable] if it is an error that Redis answered.
    public static <T extends @Nullable Object> T get(Future<T> future) {
        try {
            // Far beyond the link's own limit: an answer that never comes is an error of the link.
            return future.toCompletionStage().toCompletableFuture().get(3 * LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new RedisUnavailable(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw new AssertionError("no answer and no failure", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// Repeats it until Redis is available.
    ///
    /// @return the last answer
    public static <T extends @Nullable Object> T eventually(Duration limit, Supplier<Future<T>> step) {
        List<T> last = new ArrayList<>();
        Awaitility.await().atMost(limit).pollInterval(Duration.ofMillis(20)).until(() -> {
            try {
                last.add(get(step.get()));
                return true;
            } catch (RedisUnavailable notYet) {
                return false;
            }
        });
        return last.getLast();
    }

    static Request set(String key, String value) {
        return Request.cmd(Command.SET).arg(key).arg(value);
    }

    static Request read(String key) {
        return Request.cmd(Command.GET).arg(key);
    }

    /// The port of the server at the other end, by its own account.
    static int port(RedisConnection connection) {
        Response port =
                get(connection.send(Request.cmd(Command.CONFIG).arg("GET").arg("port")));
        return port.get(1).toInteger();
    }

    /// The role of the server at the other end.
    static String role(RedisConnection connection) {
        return get(connection.send(Request.cmd(Command.ROLE))).get(0).toString();
    }
}
