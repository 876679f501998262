package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection to one server, and really closed by [#close].
///
/// A connection of a pool goes back there when it is closed, with commands still under way on it, and the next one to
/// ask for a connection would be given the same silent peer. So each has a client of its own, which ends with it.
final class PlainConnection implements RedisConnection {

    private final Redis client;
    private final RedisConnection connection;

    PlainConnection(Redis client, RedisConnection connection) {
        this.client = client;
        this.connection = connection;
    }

    @Override
    public Future<@Nullable Response> send(Request command) {
        return connection.send(command);
    }

    @Override
    public Future<List<@Nullable Response>> batch(List<Request> commands) {
        return connection.batch(commands);
    }

    @Override
    public RedisConnection exceptionHandler(@Nullable Handler<Throwable> handler) {
        connection.exceptionHandler(handler);
        return this;
    }

    @Override
    public RedisConnection endHandler(@Nullable Handler<Void> handler) {
        connection.endHandler(handler);
        return this;
    }

    @Override
    public RedisConnection handler(@Nullable Handler<Response> handler) {
        connection.handler(handler);
        return this;
    }

    @Override
    public RedisConnection pause() {
        connection.pause();
        return this;
    }

    @Override
    public RedisConnection resume() {
        connection.resume();
        return this;
    }

    @Override
    public RedisConnection fetch(long amount) {
        connection.fetch(amount);
        return this;
    }

    @Override
    public boolean pendingQueueFull() {
        return connection.pendingQueueFull();
    }

    @Override
    public Future<Void> close() {
        client.close();
        return Future.succeededFuture();
    }
}
