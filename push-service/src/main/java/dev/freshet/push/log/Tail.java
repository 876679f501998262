package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LogBatch;
import dev.freshet.push.delivery.Window;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.log.EntryDecoder;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogFacts;
import dev.freshet.service.log.LogMismatch;
import dev.freshet.service.log.Renewal;
import dev.freshet.service.redis.ReadFrom;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.ServerConnection;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Reads one partition of the log from where it was found, entry after entry, for ever.
///
/// Always `XREAD` from a concrete id (never `$`, which would skip what is appended between two reads) on a
/// connection of its own, and never a consumer group: every pod must see everything. Confined to one Vert.x
/// context.
///
/// Nobody is told when a log that is being read is trimmed, flushed, or continued by another server. So each read
/// is followed, on the same connection, by a look at the log's facts, and what was read is handed on only if the
/// facts say that nothing was missed; see `docs/concepts/delivery.md`.
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

    /// Between two looks at event loops that are behind.
    private static final long PAUSE_MS = 5;

    /// What an answer may take beyond the time that the read waits for news. Longer, and the connection is given
    /// up: a peer that vanished without a word never answers.
    private static final long ANSWER_MS = 3000;

    /// So often a replica may turn out to be behind its primary before the primary is read instead.
    private static final int REPLICA_TRIES = 10;

    private final int partition;
    private final Log log;
    private final RedisLink redis;
    private final ReadFrom readFrom;
    private final Hub hub;
    private final PushMetrics metrics;
    private final Vertx vertx;
    private final Context context;
    private final PushConfig.Tail config;
    private final EntryDecoder decoder;
    private final Continuity continuity;
    private final Looks looks;

    private @Nullable Read read;

    /// Why all followers are to be told when it begins anew; `null` while it need not.
    private @Nullable GapReason lost;

    private @Nullable ServerConnection connection;

    /// Whether the facts that this connection's own server gave last were good.
    private boolean trusted;

    private int count = MIN_COUNT;

    /// Where the slowest event loop was when it was last waited for.
    private long deliveredBefore;

    /// How often in a row the server read from was behind its primary.
    private int behindPrimary;
    private boolean failing;
    private volatile boolean stopped;

    /// For other threads: when Redis last answered this tail, ms; 0 before the first time.
    private volatile long answeredAt;

    Tail(
            int partition,
            Log log,
            RedisLink redis,
            ReadFrom readFrom,
            Hub hub,
            PushMetrics metrics,
            Vertx vertx,
            PushConfig.Tail config) {
        this.partition = partition;
        this.log = log;
        this.redis = redis;
        this.readFrom = readFrom;
        this.hub = hub;
        this.metrics = metrics;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.decoder = log.decoder(partition);
        this.continuity = new Continuity(partition, log, redis, decoder);
        this.looks = new Looks(vertx, context, this::lookAtPrimary);
    }

    void start() {
        hub.checkedBy(partition, looks::ask);
        context.runOnContext(now -> connect());
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
        if (!stopped) {
            ReadFrom server = behindPrimary < REPLICA_TRIES ? readFrom : ReadFrom.PRIMARY;
            redis.dedicated(Keys.events(partition), server).onSuccess(this::use).onFailure(this::retry);
        }
    }

    private void use(ServerConnection fresh) {
        if (connection != null || stopped) {
            // There were two reasons to connect again; one connection is enough.
            fresh.close();
            return;
        }
        connection = fresh;
        // They call on the connection's context, which need not be this tail's.
        fresh.exceptionHandler(failure -> context.runOnContext(now -> lost(fresh, failure)));
        fresh.endHandler(ended -> context.runOnContext(now -> lost(fresh, null)));
        Read known = read;
        Future<Void> begun = known == null || lost != null ? begin(fresh) : verify(fresh, known);
        answered(begun)
                .onSuccess(good -> {
                    if (connection == fresh) {
                        trust();
                        read(fresh);
                    }
                })
                .onFailure(failure -> {
                    if (read == null && failure instanceof LogMismatch) {
                        // LogStartup says so and ends the process.
                        close();
                        return;
                    }
                    lost(fresh, failure);
                });
    }

    private void trust() {
        answeredAt = System.currentTimeMillis();
        trusted = true;
        if (failing) {
            failing = false;
            LOG.infof("Reading partition %d of the log again.", partition);
        }
        looks.look();
    }

    /// Whether the log is still the one that was read, and complete; else it does not succeed, and the tail goes
    /// on another way.
    private Future<Void> verify(ServerConnection fresh, Read known) {
        return facts(fresh).compose(facts -> {
            if (Verdict.of(facts, known) == Verdict.SAME) {
                learn(facts);
                return Future.succeededFuture();
            }
            distrust(fresh);
            return Future.failedFuture("another log");
        });
    }

    private Future<LogFacts> facts(ServerConnection from) {
        return from.send(Log.factsRequest(partition, true)).map(answer -> log.facts(partition, answer));
    }

    private void read(ServerConnection from) {
        if (connection != from) {
            return;
        }
        Read known = Objects.requireNonNull(read, "known since it began");
        Request request = Request.cmd(Command.XREAD)
                .arg("COUNT")
                .arg(count)
                .arg("BLOCK")
                .arg(config.block().toMillis())
                .arg("STREAMS")
                .arg(Keys.events(partition))
                .arg(known.position().position().toString());
        EntryDecoder.Batch batch = decoder.batch();
        Future<Integer> entries = from.entries(request, batch);
        // Answered when the read is, and so later than it, by the same server.
        Future<Response> facts = from.send(Log.factsRequest(partition, false));
        answered(Future.all(entries, facts))
                .map(both -> log.facts(partition, facts.result()))
                .onSuccess(after -> {
                    answeredAt = System.currentTimeMillis();
                    if (connection != from) {
                        return;
                    }
                    if (Verdict.of(after, known) != Verdict.SAME) {
                        distrust(from);
                        return;
                    }
                    behindPrimary = 0;
                    learn(after);
                    if (batch.entries().isEmpty()) {
                        read(from);
                    } else {
                        advance(from, batch, known);
                    }
                })
                .onFailure(failure -> lost(from, failure));
    }

    /// Reads on when the event loops have delivered so much of what was read that at most half a window of it
    /// waits for them: the window is to bound the memory of it all.
    private void readOn(ServerConnection from) {
        Read known = Objects.requireNonNull(read, "known since it began");
        long delivered = hub.delivered(partition);
        if (known.window().last() - delivered <= config.windowEvents() / 2
                && known.window().bytesBehind(delivered) <= config.windowBytes() / 2) {
            read(from);
            return;
        }
        if (delivered != deliveredBefore) {
            // Redis is not what it waits for.
            answeredAt = System.currentTimeMillis();
            deliveredBefore = delivered;
        }
        vertx.setTimer(PAUSE_MS, fired -> {
            if (connection == from) {
                readOn(from);
            }
        });
    }

    /// Asks for what follows before it hands on what has come, so that Redis works on the one meanwhile.
    private void advance(ServerConnection from, EntryDecoder.Batch batch, Read known) {
        List<EntryDecoder.Decoded> entries = batch.entries();
        read = Objects.requireNonNull(read, "known since it began")
                .advanced(
                        new EventId(
                                partition,
                                entries.getLast().id(),
                                known.position().epoch()),
                        entries.size());
        long each = Math.max(1, batch.bytes() / entries.size());
        count = Math.clamp(TARGET_BYTES / each, MIN_COUNT, MAX_COUNT);
        readOn(from);
        try {
            take(entries, known);
        } catch (RuntimeException | Error failure) {
            // Nobody knows how much of it the window has, and nothing of it was handed on.
            lost = GapReason.RESET;
            lost(from, failure);
            throw failure;
        }
    }

    private void take(List<EntryDecoder.Decoded> entries, Read known) {
        List<LiveEvent> events = new ArrayList<>(entries.size());
        String epoch = known.position().epoch();
        EventId end = known.position();
        for (EntryDecoder.Decoded decoded : entries) {
            end = new EventId(partition, decoded.id(), epoch);
            LoggedEvent logged = switch (decoded.entry()) {
                case Entry.Valid valid -> new LoggedEvent(end, valid.event());
                case Entry.Malformed malformed -> {
                    metrics.skipped(malformed.reason().word());
                    yield null;
                }
            };
            LiveEvent live = known.window().append(decoded.id(), logged);
            if (live != null) {
                events.add(live);
            }
        }
        metrics.read(entries.size());
        hub.deliver(new LogBatch(known.window(), events, end, known.window().last()));
    }

    /// Takes over what others found out about the log's past.
    private void learn(LogFacts facts) {
        hub.endsAt(partition, facts.last());
        Read known = read;
        if (known != null && !facts.current().forks().equals(known.forks())) {
            read = known.with(facts.current().forks());
            hub.forks(partition, facts.current().forks());
        }
    }

    /// Begins with the log's recent entries. Where another log was read before, its followers are told.
    private Future<Void> begin(ServerConnection from) {
        return continuity
                .renewed()
                .compose(primary -> facts(from).compose(before -> {
                    if (!before.epoch().equals(primary.epoch()) || !before.isOfThisServer()) {
                        behindPrimary++;
                        return Future.failedFuture("the server is behind its primary");
                    }
                    Preload preload = new Preload(from, decoder, config, before);
                    return preload.load().compose(loaded -> facts(from)).compose(after -> {
                        Read loaded = preload.read(after);
                        if (Verdict.of(after, loaded) != Verdict.SAME) {
                            return Future.failedFuture("the log changed while it was loaded");
                        }
                        if (connection == from) {
                            begin(loaded);
                        }
                        return Future.<Void>succeededFuture();
                    });
                }));
    }

    private void begin(Read loaded) {
        GapReason reason = lost;
        read = loaded;
        lost = null;
        Window window = loaded.window();
        if (reason == null) {
            hub.begin(window, loaded.position(), window.last(), loaded.forks());
        } else {
            hub.reset(window, loaded.position(), window.last(), loaded.forks(), reason);
        }
    }

    /// The log is not, or may not be, what this connection's server says: finds out, and goes on as that is.
    private void distrust(ServerConnection from) {
        if (connection != from) {
            return;
        }
        close();
        Read known = Objects.requireNonNull(read, "there is something to compare");
        answered(continuity.settle(known))
                .onSuccess(outcome -> {
                    apply(outcome, known);
                    if (outcome instanceof Continuity.Outcome.Same) {
                        vertx.setTimer(RETRY_MS, fired -> connect());
                    } else {
                        connect();
                    }
                })
                .onFailure(this::retry);
    }

    private void apply(Continuity.Outcome outcome, Read known) {
        switch (outcome) {
            case Continuity.Outcome.Same same -> {
                behindPrimary++;
                metrics.error("tail-behind");
                LOG.infof("Partition %d was read from a server that is behind its primary.", partition);
            }
            case Continuity.Outcome.Lost gap -> {
                LOG.warnf("Partition %d of the log: %s; all its followers are told.", partition, gap.why());
                metrics.error("log-" + gap.reason().word());
                lost = gap.reason();
            }
            case Continuity.Outcome.Fork fork -> follow(fork, known);
        }
    }

    private void follow(Continuity.Outcome.Fork fork, Read known) {
        Renewal renewal = fork.renewal();
        long number = fork.number();
        long cut = known.window().last() - number;
        StreamId place = Objects.requireNonNull(known.window().id(number), "the window keeps it");
        EventId position = new EventId(partition, place, renewal.epoch());
        Window window = cut == 0 ? known.window() : known.window().upTo(number);
        read = new Read(position, known.ordinal() - cut, window, renewal.forks());
        if (cut > 0) {
            LOG.warnf(
                    "Partition %d: the log lost its last %d entries; who may have seen them is told.", partition, cut);
            metrics.error("log-fork");
        }
        hub.fork(window, position, number, renewal.forks(), known.window().behind(number));
    }

    /// Empty while this tail is not sure itself what it reads, or if the primary says that it is another log.
    private Future<Optional<LogFacts>> lookAtPrimary() {
        Read known = read;
        ServerConnection during = connection;
        if (!trusted || known == null || during == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return log.facts(partition).map(facts -> {
            if (Verdict.of(facts, known) == Verdict.SAME) {
                learn(facts);
                return Optional.of(facts);
            }
            distrust(during);
            return Optional.empty();
        });
    }

    private <T extends @Nullable Object> Future<T> answered(Future<T> answer) {
        Promise<T> promise = Promise.promise();
        long limit = config.block().toMillis() + ANSWER_MS;
        long timer = vertx.setTimer(limit, fired -> promise.tryFail("no answer within " + limit + " ms"));
        answer.onComplete(result -> {
            vertx.cancelTimer(timer);
            if (result.succeeded()) {
                promise.tryComplete(result.result());
            } else {
                promise.tryFail(result.cause());
            }
        });
        return promise.future();
    }

    private void lost(ServerConnection from, @Nullable Throwable failure) {
        if (connection == from) {
            close();
            retry(failure);
        }
    }

    private void close() {
        ServerConnection old = connection;
        connection = null;
        trusted = false;
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
        vertx.setTimer(RETRY_MS, fired -> connect());
    }
}
