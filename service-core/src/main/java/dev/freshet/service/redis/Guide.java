package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A server that is asked where the data is: a Sentinel or a node of a cluster. Keeps its connection between two
/// questions, and gives it up after a failure or a silence. Confined to one event loop.
final class Guide {

    private final Connector connector;
    private final Supplier<Future<ServerConnection>> opening;
    private @Nullable Future<ServerConnection> connection;

    Guide(Connector connector, Supplier<Future<ServerConnection>> opening) {
        this.connector = connector;
        this.opening = opening;
    }

    /// Fails within twice the connector's limit.
    Future<Response> ask(Request question) {
        Future<ServerConnection> known = connection;
        Future<ServerConnection> open = known == null ? opening.get() : known;
        connection = open;
        return open.compose(ready -> connector.answer(ready, question)).onFailure(failure -> {
            if (connection == open) {
                close();
            }
        });
    }

    void close() {
        Future<ServerConnection> open = connection;
        connection = null;
        if (open != null) {
            open.onSuccess(ServerConnection::close);
        }
    }
}
