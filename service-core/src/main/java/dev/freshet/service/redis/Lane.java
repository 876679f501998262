package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The shared connection to one primary: calls leave in the order in which they came, those before it was open
/// first.
///
/// A script goes with its source until the server is known to have it, so that no call has to be sent a second
/// time, behind those that were sent after it. Confined to one event loop.
final class Lane {

    /// What becomes of a lane and its calls.
    interface Owner {

        /// Redis answered with an error; the owner answers the call or sends it again.
        void refused(Lane lane, Call call, Throwable error);

        /// The connection could not be made or has ended; its calls have failed. Told once.
        void ended(Lane lane, Throwable cause);
    }

    private final Address server;
    private final Owner owner;

    /// Not sent while there is no connection, then sent and not answered.
    private final Deque<Call> calls = new ArrayDeque<>();

    private final Set<Script> scripts = new HashSet<>();
    private @Nullable ServerConnection connection;
    private boolean retired;
    private boolean ended;

    Lane(Address server, Owner owner) {
        this.server = server;
        this.owner = owner;
    }

    Address server() {
        return server;
    }

    void open(Future<ServerConnection> connecting) {
        connecting.onSuccess(this::use).onFailure(this::end);
    }

    void send(Call call) {
        calls.add(call);
        ServerConnection open = connection;
        if (open != null) {
            write(open, call);
        }
    }

    boolean holds(Call call) {
        return calls.contains(call);
    }

    void forgetScripts() {
        scripts.clear();
    }

    /// Takes no more calls, and closes when those under way are answered.
    ///
    /// @return the calls that were not sent
    List<Call> retire() {
        retired = true;
        if (connection != null) {
            closeIfDone();
            return List.of();
        }
        List<Call> unsent = List.copyOf(calls);
        calls.clear();
        ended = true;
        return unsent;
    }

    /// Closes at once; calls under way fail.
    void end(Throwable cause) {
        if (ended) {
            return;
        }
        ended = true;
        ServerConnection open = connection;
        if (open != null) {
            open.close();
        }
        List<Call> left = List.copyOf(calls);
        calls.clear();
        left.forEach(call -> call.fail(cause));
        owner.ended(this, cause);
    }

    private void use(ServerConnection open) {
        if (ended) {
            open.close();
            return;
        }
        connection = open;
        open.exceptionHandler(this::end);
        open.endHandler(closed -> end(new RedisUnavailable("the connection was closed")));
        // Whoever was told meanwhile that Redis is not available must not see it done later.
        calls.removeIf(Call::isAnswered);
        List.copyOf(calls).forEach(call -> write(open, call));
    }

    private void write(ServerConnection open, Call call) {
        open.send(call.request(scripts)).onComplete(result -> {
            if (!calls.remove(call)) {
                // Ended meanwhile.
                return;
            }
            if (result.succeeded()) {
                answered(call, result.result());
            } else {
                owner.refused(this, call, result.cause());
            }
            closeIfDone();
        });
    }

    private void answered(Call call, @Nullable Response response) {
        Script script = call.script();
        if (script != null) {
            scripts.add(script);
        }
        call.succeed(response);
    }

    private void closeIfDone() {
        ServerConnection open = connection;
        if (retired && calls.isEmpty() && open != null && !ended) {
            ended = true;
            open.close();
        }
    }
}
