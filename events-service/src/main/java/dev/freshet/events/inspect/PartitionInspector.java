package dev.freshet.events.inspect;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.LogScripts;
import dev.freshet.contract.log.LogState;
import dev.freshet.contract.log.Partitions;
import dev.freshet.contract.log.Rejection;
import dev.freshet.service.redis.ReadFrom;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Inspects one partition, step by step from its watermark.
///
/// Any number of replicas may do so at once: the script applies a batch only if the watermark is still where the
/// batch was read from, so each entry is judged and kept once. One step at a time; a step may run on any thread.
final class PartitionInspector {

    private static final Script INSPECT = Script.of(LogScripts.INSPECT);
    private static final StreamId LAST_POSSIBLE = new StreamId(-1, -1);

    /// Far above what a batch takes. Without it, a peer that vanished would hold the inspector for ever.
    private static final long READ_LIMIT_MS = 10_000;

    private final RedisLink redis;
    private final int partition;
    private final int rejectedCap;
    private final Consumer<Rejection> onRejected;
    private final EntryReader reader;
    private final BatchSize size = new BatchSize();
    private @Nullable RedisConnection connection;

    PartitionInspector(
            RedisLink redis, Partitions partitions, int partition, int rejectedCap, Consumer<Rejection> onRejected) {
        this.redis = redis;
        this.partition = partition;
        this.rejectedCap = rejectedCap;
        this.onRejected = onRejected;
        this.reader = new EntryReader(partitions, partition);
    }

    int partition() {
        return partition;
    }

    /// Inspects the next batch.
    ///
    /// @return whether there was one, so that more may follow
    Future<Boolean> step() {
        return redis.send(Request.cmd(Command.HGET).arg(Keys.state(partition)).arg(LogState.INSPECTED))
                .compose(watermark -> step(watermark == null ? StreamId.ZERO.toString() : watermark.toString()))
                .onFailure(failure -> {
                    size.failed();
                    close();
                });
    }

    void close() {
        RedisConnection used = connection;
        connection = null;
        if (used != null) {
            used.close();
        }
    }

    private Future<Boolean> step(String watermark) {
        StreamId after = StreamId.parse(watermark);
        if (LAST_POSSIBLE.equals(after)) {
            return Future.succeededFuture(false);
        }
        return read(after == null ? StreamId.ZERO : after).compose(entries -> {
            if (entries.size() == 0) {
                return Future.succeededFuture(false);
            }
            return apply(watermark, entries).map(true);
        });
    }

    /// Reads on a connection of its own: entries of strangers may be huge, and appends must not wait behind them.
    private Future<Response> read(StreamId after) {
        Request range = Request.cmd(Command.XRANGE)
                .arg(Keys.events(partition))
                .arg("(" + after)
                .arg("+")
                .arg("COUNT")
                .arg(size.entries());
        RedisConnection open = connection;
        Future<RedisConnection> ready = open != null
                ? Future.succeededFuture(open)
                : redis.dedicated(Keys.events(partition), ReadFrom.PRIMARY).onSuccess(fresh -> {
                    connection = fresh;
                    fresh.exceptionHandler(broken -> {});
                });
        return ready.compose(use -> use.send(range).timeout(READ_LIMIT_MS, TimeUnit.MILLISECONDS));
    }

    private Future<Void> apply(String watermark, Response entries) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(watermark);
        arguments.add(entries.get(entries.size() - 1).get(0).toString());
        arguments.add(rejectedCap);
        List<Rejection> rejections = new ArrayList<>();
        long bytes = 0;
        for (Response entry : entries) {
            Response fields = entry.get(1);
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                byte[] name = fields.get(i).toBytes();
                byte[] value = fields.get(i + 1).toBytes();
                bytes += name.length + value.length;
                reader.field(name, value);
            }
            if (reader.read() instanceof Entry.Malformed malformed) {
                rejections.add(malformed.reason());
                List<byte[]> kept = RejectedEntry.arguments(entry.get(0).toString(), malformed, fields);
                arguments.add(kept.size());
                arguments.addAll(kept);
            }
        }
        size.learn(entries.size(), bytes);
        return redis.run(INSPECT, List.of(Keys.state(partition), Keys.rejected(partition)), arguments)
                .map(answer -> {
                    // Not ours: another replica applied the same batch, and counts it.
                    if (answer.get(0).toInteger() == 1) {
                        rejections.forEach(onRejected);
                    }
                    return null;
                });
    }
}
