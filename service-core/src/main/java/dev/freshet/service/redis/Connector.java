package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Opens plain connections: to one server each, with the configured credentials, TLS and socket options.
///
/// A connection lives on the event loop of the context it is opened on. Safe for any thread.
final class Connector {

    private final Vertx vertx;
    private final RedisOptions options;
    private final List<URI> configured;

    /// What connecting may take; half of the caller's limit, for the first connection of a process takes its
    /// time.
    private final long connectMs;

    /// What one answer may take, and connecting to one of several guides: a silent one must not use up the limit.
    private final long answerMs;

    /// @param limitMs what a caller of the link waits, at most
    Connector(Vertx vertx, RedisOptions options, long limitMs) {
        this.vertx = vertx;
        this.options = options;
        this.configured = options.getEndpoints().stream().map(URI::create).toList();
        this.connectMs = Math.max(1, limitMs / 2);
        this.answerMs = Math.max(1, limitMs / 4);
    }

    /// The configured hosts, in the order of the setting.
    List<Address> configured() {
        return configured.stream().map(Connector::address).toList();
    }

    /// Opens a connection to a server that must be a primary, and asks it: a topology may be a moment old, and an
    /// old primary that comes back believes for a while that it still is one.
    Future<ServerConnection> primary(Address address) {
        return open(address)
                .compose(connection -> checked(
                        connection,
                        answer(connection, Request.cmd(Command.ROLE)).map(role -> {
                            if (!role.get(0).toString().equals("master")) {
                                throw new RedisUnavailable(address + " is not a primary");
                            }
                            return connection;
                        })));
    }

    /// Opens a connection to the first of these servers that is a replica with a link to its primary.
    ///
    /// @param cluster whether a replica must be told that it is meant
    Future<ServerConnection> replica(Iterator<Address> candidates, boolean cluster) {
        if (!candidates.hasNext()) {
            return Future.failedFuture(new RedisUnavailable("no replica is in sync"));
        }
        Address address = candidates.next();
        return open(address)
                .compose(connection -> checked(
                        connection,
                        answer(connection, Request.cmd(Command.ROLE))
                                .map(role -> {
                                    if (!role.get(0).toString().equals("slave")
                                            || !role.get(3).toString().equals("connected")) {
                                        throw new RedisUnavailable(address + " is not a replica in sync");
                                    }
                                    return connection;
                                })
                                .compose(replica -> cluster
                                        ? answer(replica, Request.cmd(Command.READONLY))
                                                .map(replica)
                                        : Future.succeededFuture(replica))))
                .recover(failure -> replica(candidates, cluster));
    }

    /// The replicas that a primary feeds, as it tells them. Their addresses are those that they announce.
    Future<List<Address>> replicasOf(Address primary) {
        return primary(primary)
                .compose(connection ->
                        answer(connection, Request.cmd(Command.ROLE)).onComplete(done -> connection.close()))
                .map(role -> role.get(2).stream()
                        .map(replica -> new Address(
                                replica.get(0).toString(), replica.get(1).toInteger()))
                        .toList());
    }

    /// Opens a connection to a server of the data, whatever its role. Fails after the limit.
    Future<ServerConnection> open(Address address) {
        return open(url(configured.getFirst(), address, true), connectMs);
    }

    /// Opens a connection to a configured host that only knows where the data is.
    Future<ServerConnection> guide(int index) {
        Address address = address(configured.get(index));
        return open(url(configured.get(index), address, false), answerMs);
    }

    private Future<ServerConnection> open(String url, long limitMs) {
        ContextInternal caller = (ContextInternal) vertx.getOrCreateContext();
        // On the same event loop, so that answers come without a hop.
        ContextInternal own = ((VertxInternal) vertx)
                .createEventLoopContext(caller.nettyEventLoop(), caller.workerPool(), caller.classLoader());
        Promise<ServerConnection> promise = Promise.promise();
        own.runOnContext(now -> open(url, limitMs, own, promise));
        return promise.future();
    }

    private void open(String url, long limitMs, ContextInternal own, Promise<ServerConnection> promise) {
        Redis client = Redis.createClient(
                vertx,
                new RedisOptions(options)
                        .setType(RedisClientType.STANDALONE)
                        .setEndpoints(List.of(url))
                        .setMaxPoolSize(1)
                        // It has one connection, which is in use: there is nothing to clean.
                        .setPoolCleanerInterval(-1)
                        .setPoolRecycleTimeout(-1));
        long timer = vertx.setTimer(limitMs, fired -> {
            if (promise.tryFail(new RedisUnavailable("no connection within " + limitMs + " ms"))) {
                client.close();
            }
        });
        client.connect().onComplete(result -> {
            vertx.cancelTimer(timer);
            if (result.failed()) {
                client.close();
                promise.tryFail(result.cause());
            } else {
                // Vert.x would log every failure as unhandled.
                RedisConnection connection = result.result().exceptionHandler(failure -> {});
                promise.tryComplete(ServerConnection.of(client, connection, own));
            }
        });
    }

    /// An answer within the limit, or a failure.
    Future<Response> answer(RedisConnection connection, Request request) {
        Promise<Response> promise = Promise.promise();
        long timer = vertx.setTimer(
                answerMs, fired -> promise.tryFail(new RedisUnavailable("no answer within " + answerMs + " ms")));
        connection.send(request).onComplete(result -> {
            vertx.cancelTimer(timer);
            if (result.succeeded()) {
                promise.tryComplete(result.result());
            } else {
                promise.tryFail(result.cause());
            }
        });
        return promise.future();
    }

    private static Future<ServerConnection> checked(RedisConnection connection, Future<ServerConnection> check) {
        return check.onFailure(failure -> connection.close());
    }

    private static Address address(URI url) {
        String host = url.getHost();
        return host == null
                ? new Address(Objects.requireNonNullElse(url.getPath(), ""), 0)
                : new Address(unbracketed(host), url.getPort() < 0 ? 6379 : url.getPort());
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /// The same credentials and parameters at another address.
    ///
    /// @param data whether it has databases to select from; a Sentinel has none
    private static String url(URI like, Address address, boolean data) {
        if (address.port() == 0) {
            return like.toString();
        }
        StringBuilder url = new StringBuilder(like.getScheme()).append("://");
        if (like.getRawUserInfo() != null) {
            url.append(like.getRawUserInfo()).append('@');
        }
        url.append(address.host().contains(":") ? "[" + address.host() + "]" : address.host())
                .append(':')
                .append(address.port());
        if (data && like.getRawPath() != null) {
            url.append(like.getRawPath());
        }
        if (like.getRawQuery() != null) {
            url.append('?')
                    .append(Arrays.stream(like.getRawQuery().split("&"))
                            .filter(parameter -> data || !parameter.startsWith("db="))
                            .collect(Collectors.joining("&")));
        }
        return url.toString();
    }
}
