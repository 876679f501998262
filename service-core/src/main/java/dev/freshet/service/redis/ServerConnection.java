package dev.freshet.service.redis;

import dev.freshet.contract.event.StreamId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.VertxHandler;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection to one server, and really closed by [#close].
///
/// A connection of a pool goes back there when it is closed, with commands still under way on it, and the next
/// one to ask for a connection would be given the same silent peer. So each has a client of its own, which ends
/// with it.
public final class ServerConnection implements RedisConnection {

    private final Redis client;
    private final RedisConnection connection;
    private final @Nullable Channel channel;
    private @Nullable EntryReplies replies;

    private ServerConnection(Redis client, RedisConnection connection, @Nullable Channel channel) {
        this.client = client;
        this.connection = connection;
        this.channel = channel;
    }

    /// @param own the context on which the client connected, and nothing else did
    static ServerConnection of(Redis client, RedisConnection connection, ContextInternal own) {
        Channel channel = OwnChannel.of(own);
        if (channel != null) {
            // The commands that are sent in one turn of the event loop leave in one system call. None waits longer
            // than the turn takes, in which nobody would read its answer. First: below TLS, too.
            channel.pipeline()
                    .addFirst(new FlushConsolidationHandler(
                            FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
        }
        return new ServerConnection(client, connection, channel);
    }

    /// Sends an `XREAD` of one stream, whose entries go to the sink as they come, before this is done. No other
    /// command may be under way on this connection.
    ///
    /// @return how many entries came, 0 or more; after a failure the sink has got some of them, maybe
    public Future<Integer> entries(Request xread, EntrySink sink) {
        EntryReplies taken = channel != null && channel.eventLoop().inEventLoop() ? replies(channel) : null;
        if (taken != null) {
            taken.expect(sink);
        }
        return send(xread).map(answer -> {
            if (answer == null) {
                return 0;
            }
            return answer.type() == ResponseType.NUMBER ? answer.toInteger() : hand(answer, sink);
        });
    }

    /// Whether entries were taken ahead of Vert.x's parser.
    boolean takesEntries() {
        return replies != null;
    }

    private @Nullable EntryReplies replies(Channel of) {
        if (replies == null) {
            ChannelHandlerContext vertx = of.pipeline().context(VertxHandler.class);
            if (vertx != null) {
                replies = new EntryReplies();
                of.pipeline().addBefore(vertx.name(), "entries", replies);
            }
        }
        return replies;
    }

    /// What [EntryReplies] does, of a reply that Vert.x has read.
    private static int hand(Response answer, EntrySink sink) {
        Response entries = answer.get(0).get(1);
        for (Response entry : entries) {
            sink.begin(StreamId.require(entry.get(0).toString()));
            Response fields = entry.get(1);
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                sink.field(fields.get(i).toBytes(), fields.get(i + 1).toBytes());
            }
            sink.end();
        }
        return entries.size();
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
