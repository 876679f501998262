package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LogBatch;
import dev.freshet.push.delivery.Window;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogFacts;
import dev.freshet.service.log.LogMismatch;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Reads one partition of the log from where it was found, entry after entry, for ever.
///
/// Always `XREAD` from a concrete id (never `$`, which would skip what is appended between two reads) on a
/// connection of its own, and never a consumer group: every pod must see everything. Confined to one Vert.x
/// context.
///
/// Before a connection's first read, and every second beside it, it looks whether the log is still the one it
/// read: a blocked read is told neither of `FLUSHALL` nor of a failover. If it is another, all followers get a
/// `gap`.
///
/// @see <a href="https://redis.io/docs/latest/commands/xread/">XREAD</a>
final class Tail {

    private static final Logger LOG = Logger.getLogger(Tail.class);

    /// A read should bring about this much: enough to keep the cost of a round trip small, little enough not to
    /// hold up Redis and the event loop for long.
    private static final int TARGET_BYTES = 1024 * 1024;

    private static final int MIN_COUNT = 16;
    private static final int MAX_COUNT = 1000;

    /// After a failure; long enough not to be a flood, short enough not to be felt.
    private static final long RETRY_MS = 200;

    /// What an answer may take beyond the time that the read waits for news. Longer, and the connection is given
    /// up: a peer that vanished without a word never answers.
    private static final long ANSWER_MS = 3000;

    private final int partition;
    private final Log log;
    private final RedisLink redis;
    private final Hub hub;
    private final PushMetrics metrics;
    private final Vertx vertx;
    private final Context context;
    private final PushConfig.Tail config;
    private final EntryDecoder decoder;

    private @Nullable EventId position;
    private @Nullable Window window;
    private @Nullable RedisConnection connection;
    private int count = MIN_COUNT;
    private boolean reading;
    private boolean failing;
    private volatile boolean stopped;

    /// For other threads: when Redis last answered this tail, ms; 0 before the first time.
    private volatile long answeredAt;

    Tail(int partition, Log log, RedisLink redis, Hub hub, PushMetrics metrics, Vertx vertx, PushConfig.Tail config) {
        this.partition = partition;
        this.log = log;
        this.redis = redis;
        this.hub = hub;
        this.metrics = metrics;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.decoder = new EntryDecoder(log.partitions(), partition, metrics);
    }

    void start() {
        context.runOnContext(now -> {
            connect();
            vertx.setPeriodic(config.checkInterval().toMillis(), timer -> check());
        });
    }

    /// For good: nothing is read any more, and nothing is tried again.
    void stop() {
        stopped = true;
        context.runOnContext(now -> close());
    }

    boolean hasBegun() {
        return answeredAt != 0;
    }

    /// Whether no read was answered for much longer than a read waits.
    boolean isStuck(long now) {
        return now - answeredAt > config.block().toMillis() + 2 * ANSWER_MS;
    }

    private void connect() {
        redis.dedicated().onSuccess(this::use).onFailure(this::retry);
    }

    private void use(RedisConnection fresh) {
        if (connection != null) {
            // There were two reasons to connect again; one connection is enough.
            fresh.close();
            return;
        }
        connection = fresh;
        // They call on the connection's context, which need not be this tail's.
        fresh.exceptionHandler(failure -> context.runOnContext(now -> lost(fresh, failure)));
        fresh.endHandler(ended -> context.runOnContext(now -> lost(fresh, null)));
        EventId known = position;
        log.open(partition)
                .compose(facts -> isSameLog(facts, known) ? Future.succeededFuture() : answered(begin(fresh, facts)))
                .onSuccess(same -> {
                    if (connection != fresh) {
                        return;
                    }
                    answeredAt = System.currentTimeMillis();
                    if (failing) {
                        failing = false;
                        LOG.infof("Reading partition %d of the log again.", partition);
                    }
                    reading = true;
                    read(fresh);
                })
                .onFailure(failure -> {
                    if (position == null && failure instanceof LogMismatch) {
                        // LogStartup says so and ends the process.
                        close();
                        return;
                    }
                    lost(fresh, failure);
                });
    }

    private void read(RedisConnection from) {
        if (connection != from) {
            return;
        }
        EventId after = Objects.requireNonNull(position, "known since the facts were compared");
        Window into = Objects.requireNonNull(window, "made with the position");
        Request request = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(count)
                .arg("BLOCK")
                .arg(config.block().toMillis())
                .arg("STREAMS")
                .arg(Keys.events(partition))
                .arg(after.position().toString());
        answered(from.send(request))
                .onSuccess(answer -> {
                    answeredAt = System.currentTimeMillis();
                    if (connection != from) {
                        return;
                    }
                    if (answer != null) {
                        take(answer.get(0).get(1), after, into);
                    }
                    read(from);
                })
                .onFailure(failure -> lost(from, failure));
    }

    private void take(Response entries, EventId after, Window into) {
        List<LiveEvent> events = new ArrayList<>(entries.size());
        EventId last = after;
        long bytes = 0;
        for (Response entry : entries) {
            EntryDecoder.Decoded decoded = decoder.decode(entry, after.epoch());
            last = decoded.id();
            bytes += decoded.bytes();
            LiveEvent live = into.append(last.position(), decoded.logged());
            if (live != null) {
                events.add(live);
            }
        }
        metrics.read(entries.size());
        position = last;
        long fitting = TARGET_BYTES / Math.max(1, bytes / entries.size());
        count = Math.clamp(fitting, MIN_COUNT, MAX_COUNT);
        hub.deliver(new LogBatch(into, events, last, into.last()));
    }

    private void check() {
        EventId known = position;
        RedisConnection during = connection;
        // While a connection begins, it looks for itself; a second look beside it would tell a reset twice.
        if (known != null && during != null && reading) {
            log.open(partition)
                    .onSuccess(facts -> {
                        if (connection == during && !isSameLog(facts, known)) {
                            // The read under way waits for entries of a log that is gone.
                            close();
                            connect();
                        }
                    })
                    .onFailure(failure -> LOG.debugf("The log could not be checked: %s", failure.getMessage()));
        }
    }

    /// Whether the log is the one that was read so far.
    ///
    /// @param known the position when the facts were asked for; the read beside may have come further since, and
    ///     facts that are older than that say nothing
    private static boolean isSameLog(LogFacts facts, @Nullable EventId known) {
        return known != null
                && facts.epoch().equals(known.epoch())
                && facts.last().compareTo(known.position()) >= 0;
    }

    /// Begins with the log's recent entries. Where another log was read before, its followers are told.
    private Future<Void> begin(RedisConnection from, LogFacts facts) {
        return new Preload(from, decoder, config, facts).load().map(loaded -> {
            if (connection != from) {
                // Given up meanwhile; the next connection begins again.
                return null;
            }
            boolean first = position == null;
            position = facts.end();
            window = loaded;
            if (first) {
                hub.begin(loaded, facts.end(), loaded.last());
            } else {
                LOG.warnf("Partition %d is another log than before: all its followers are told.", partition);
                metrics.error("log-reset");
                hub.reset(loaded, facts.end(), loaded.last(), GapReason.RESET);
            }
            return null;
        });
    }

    private <T extends @Nullable Object> Future<T> answered(Future<T> answer) {
        Promise<T> promise = Promise.promise();
        long limit = config.block().toMillis() + ANSWER_MS;
        long timer = vertx.setTimer(limit, fired -> promise.tryFail("no answer within " + limit + " ms"));
        answer.onComplete(result -> {
            vertx.cancelTimer(timer);
            promise.handle(result);
        });
        return promise.future();
    }

    private void lost(RedisConnection from, @Nullable Throwable failure) {
        if (connection == from) {
            close();
            retry(failure);
        }
    }

    private void close() {
        RedisConnection old = connection;
        connection = null;
        reading = false;
        if (old != null) {
            old.close();
        }
    }

    private void retry(@Nullable Throwable failure) {
        if (stopped) {
            return;
        }
        if (!failing) {
            failing = true;
            metrics.error("tail");
            LOG.warnf(
                    "Partition %d of the log cannot be read (%s); connections stay, reading goes on when it can.",
                    partition, failure == null ? "connection closed" : failure.getMessage());
        }
        vertx.setTimer(RETRY_MS, fired -> {
            if (!stopped) {
                connect();
            }
        });
    }
}
