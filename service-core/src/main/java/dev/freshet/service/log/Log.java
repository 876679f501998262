package dev.freshet.service.log;

import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.EntryFields;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.Forks;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.LogScripts;
import dev.freshet.contract.log.LogState;
import dev.freshet.contract.log.Partitions;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import dev.freshet.service.trace.AppendSpans;
import dev.freshet.service.trace.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The log in Redis: appending to it, and the facts of its partitions.
///
/// Appends of one caller to one partition keep their order. Failures are [RedisUnavailable], [NotReplicated],
/// [IdempotencyConflict] or [LogMismatch]. Safe for any thread.
@Singleton
public final class Log {

    private static final Script APPEND = Script.of(LogScripts.APPEND);
    private static final Script CLAIM = Script.of(LogScripts.CLAIM);
    private static final Script OPEN = Script.of(LogScripts.OPEN);
    private static final Script SERVER = Script.of(LogScripts.SERVER);
    private static final Script FACTS = Script.of(LogScripts.FACTS);
    private static final Script RENEW = Script.of(LogScripts.RENEW);

    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int EPOCH_LENGTH = 8;
    private static final int SECRET_LENGTH = 24;

    private static final int MAX_WAIT_REPLICAS = 10;

    /// An endless wait, which `WAIT` takes for 0, is not offered: a request must end.
    private static final long MAX_WAIT_MS = 30_000;

    private final RedisLink redis;
    private final Partitions partitions;
    private final SecureRandom random = new SecureRandom();

    /// By partition: with what Freshet's own entries are proved, as the last facts said.
    private final AtomicReferenceArray<@Nullable String> secrets;

    private final Counter appended;

    /// `null` where appends have no spans.
    private final @Nullable AppendSpans spans;

    /// One for each partition; none where nothing is waited for.
    private final List<ReplicatedRuns> replicated = new ArrayList<>();

    /// Whether the first partition's state was found to say what this service's settings say.
    private volatile boolean agreed;

    @Inject
    Log(Vertx vertx, RedisLink redis, LogConfig config, PublishConfig publish, MeterRegistry meters, Tracing tracing) {
        this(redis, config, meters, tracing.appends());
        int replicas = publish.waitReplicas();
        long waitMs = publish.waitTimeout().toMillis();
        if (replicas < 0 || replicas > MAX_WAIT_REPLICAS || waitMs < 1 || waitMs > MAX_WAIT_MS) {
            throw new IllegalStateException("freshet.publish.wait-replicas must be 0 to " + MAX_WAIT_REPLICAS
                    + " and freshet.publish.wait-timeout 1 ms to 30 s");
        }
        for (int partition = 0; replicas > 0 && partition < partitions.count(); partition++) {
            replicated.add(new ReplicatedRuns(vertx, redis, Keys.events(partition), replicas, waitMs));
        }
    }

    /// One that waits for no replica.
    Log(RedisLink redis, LogConfig config, MeterRegistry meters, @Nullable AppendSpans spans) {
        this.redis = redis;
        this.partitions = new Partitions(config.partitions());
        this.secrets = new AtomicReferenceArray<>(partitions.count());
        this.appended = Counter.builder("freshet.events.appended")
                .description("Events that this service appended to the log")
                .register(meters);
        this.spans = spans;
    }

    public Partitions partitions() {
        return partitions;
    }

    /// What judges entries of a partition's log or histories. It knows Freshet's own ones once facts of the
    /// partition were read.
    ///
    /// @return not thread-safe; one for each reader
    public EntryReader reader(int partition) {
        return new EntryReader(partitions, partition, () -> {
            String secret = secrets.get(partition);
            return secret == null ? "" : secret;
        });
    }

    /// The same for answers of Redis.
    public EntryDecoder decoder(int partition) {
        return new EntryDecoder(reader(partition));
    }

    /// Appends one event to the partition of its channel. One of a reserved type gets Freshet's proof, so who
    /// calls this has seen to it that no client chose the type.
    public Future<EventId> append(Event event) {
        return append(event, null);
    }

    /// The same, once per idempotency key.
    public Future<EventId> append(Event event, @Nullable IdempotencyKey key) {
        return append(partitions.of(event.channel()), List.of(event), key).map(List::getFirst);
    }

    /// Appends events to one partition, all or none, in the given order. With `freshet.publish.wait-replicas`
    /// it is done when so many replicas have them; if too few do in time, it fails with [NotReplicated], and a
    /// retry with the same key is safe.
    ///
    /// @param key if given, and known with the same request: nothing is appended and the first ids are answered
    public Future<List<EventId>> append(int partition, List<Event> events, @Nullable IdempotencyKey key) {
        return spans == null
                ? write(partition, events, key)
                : spans.around(partition, events, traced -> write(partition, traced, key));
    }

    private Future<List<EventId>> write(int partition, List<Event> events, @Nullable IdempotencyKey key) {
        List<String> keys = key == null ? List.of() : List.of(Keys.idempotency(partition, key.hash()));
        List<Object> arguments = new ArrayList<>(2 + 9 * events.size());
        arguments.add(key == null ? "" : key.fingerprint());
        arguments.add(IdempotencyKey.LIFE_SECONDS);
        for (Event event : events) {
            arguments.add(EntryFields.arguments(event));
            EntryFields.write(event, arguments::add);
        }
        return run(partition, APPEND, keys, arguments).map(answer -> {
            String outcome = answer.get(0).toString();
            if (outcome.equals("conflict")) {
                throw new IdempotencyConflict();
            }
            if (outcome.equals("appended")) {
                countAppended(events.size());
            }
            return ids(partition, answer);
        });
    }

    /// Runs a script that appends to a partition and in the same step changes other keys of it. With
    /// `freshet.publish.wait-replicas` it is done when so many replicas have all that, as [#append] is.
    ///
    /// The script's KEYS begin with the partition's events and state, its ARGV with epoch and secret for a new
    /// state, partitions and layout; it opens the state and proves what it appends, as those of `contract` do.
    ///
    /// @param keys further ones, of the same partition
    /// @param arguments further ones
    public Future<Response> run(int partition, Script script, List<String> keys, List<?> arguments) {
        List<String> allKeys = keys(partition, keys);
        List<Object> allArguments = arguments(arguments);
        return replicated.isEmpty()
                ? redis.run(script, allKeys, allArguments)
                : replicated.get(partition).run(script, allKeys, allArguments);
    }

    /// The same for what is not worth waiting for.
    public Future<Response> runUnreplicated(int partition, Script script, List<String> keys, List<?> arguments) {
        return redis.run(script, keys(partition, keys), arguments(arguments));
    }

    /// Counts what such a script appended.
    public void countAppended(int events) {
        appended.increment(events);
    }

    /// Binds an idempotency key to its request before anything goes to a partition. Fails with
    /// [IdempotencyConflict] if it is another request's.
    ///
    /// With one partition there is nothing to do: the append itself meets every other request with this key. With
    /// more, another request's events may lie where this one's do not, so they must meet in a place that depends
    /// on the key alone.
    public Future<Void> claim(@Nullable IdempotencyKey key) {
        if (key == null || partitions.count() == 1) {
            return Future.succeededFuture();
        }
        // The key lives in a partition chosen by its hash alone, so that every request with it meets the same one. The
        // prefix keeps it apart from the answer that an append may keep in that partition under the same hash.
        int home = Integer.parseInt(key.hash(), 0, 7, 16) % partitions.count();
        return redis.run(
                        CLAIM,
                        List.of(Keys.idempotency(home, "claim-" + key.hash())),
                        List.of(key.fingerprint(), IdempotencyKey.LIFE_SECONDS))
                .map(answer -> {
                    if (answer.toInteger() != 1) {
                        throw new IdempotencyConflict();
                    }
                    return null;
                });
    }

    /// The facts of a partition, from its primary; makes its state where there is none.
    ///
    /// The first partition is asked before any other: a service that disagrees with the log must not leave its
    /// own number of partitions in states that the log does not have yet.
    public Future<LogFacts> open(int partition) {
        return partition == 0 || agreed
                ? openNow(partition)
                : openNow(0).compose(first -> {
                    agreed = true;
                    return openNow(partition);
                });
    }

    /// How the primary of a partition is set up. Fails with `ServerTooOld` if it cannot be worked
    /// with.
    Future<ServerSettings> server(int partition) {
        return redis.run(SERVER, List.of(Keys.state(partition)), List.of())
                .map(answer -> ServerSettings.read(answer).checked());
    }

    /// The facts of a partition, from its primary.
    public Future<LogFacts> facts(int partition) {
        return redis.run(FACTS, factsKeys(partition), List.of()).map(answer -> facts(partition, answer));
    }

    /// A command that asks for the facts on a connection of the caller's own. By its name, which the server may
    /// not know (`NOSCRIPT`) before it was given the source once.
    public static Request factsRequest(int partition, boolean bySource) {
        return bySource
                ? FACTS.bySource(factsKeys(partition), List.of())
                : FACTS.byName(factsKeys(partition), List.of());
    }

    /// Reads the answer to [#factsRequest].
    ///
    /// @throws LogMismatch if the log was made with other settings than this service's
    public LogFacts facts(int partition, Response answer) {
        LogFacts facts = LogFacts.read(partition, answer);
        if (facts.state() != null) {
            secrets.set(partition, answer.get(15).toString());
            agree(LogState.PARTITIONS, answer.get(0), partitions.count());
            agree(LogState.LAYOUT_FIELD, answer.get(1), LogState.LAYOUT);
        }
        return facts;
    }

    /// Gives the log a new epoch, if its facts still are those that were read and call for one.
    ///
    /// @param own what the caller read of the log itself; `null` if nothing
    /// @see LogScripts#RENEW
    public Future<Renewal> renew(LogFacts read, Renewal.@Nullable Own own) {
        List<Object> arguments = new ArrayList<>(8);
        arguments.add(read.epoch());
        arguments.add(read.state() == null ? "" : read.state().server());
        arguments.add(read.server());
        arguments.add(offeredEpoch());
        arguments.add(own == null ? "" : own.epoch());
        arguments.add(own == null || own.common() == null ? "" : own.common());
        arguments.add(own == null ? "" : own.seen());
        arguments.add(own == null ? 0 : own.ordinal());
        return redis.run(RENEW, factsKeys(read.partition()), arguments)
                .map(answer -> new Renewal(
                        Renewal.Outcome.valueOf(answer.get(0).toString().toUpperCase(Locale.ROOT)),
                        answer.get(1).toString(),
                        Forks.parse(answer.get(2).toString())));
    }

    private Future<LogFacts> openNow(int partition) {
        return facts(partition).compose(found -> {
            if (found.state() != null) {
                return Future.succeededFuture(found);
            }
            List<Object> arguments = new ArrayList<>(4);
            settings(arguments);
            return redis.run(OPEN, List.of(Keys.state(partition)), arguments).compose(opened -> facts(partition));
        });
    }

    private static List<String> keys(int partition, List<String> more) {
        List<String> keys = new ArrayList<>(factsKeys(partition));
        keys.addAll(more);
        return keys;
    }

    private List<Object> arguments(List<?> more) {
        List<Object> arguments = new ArrayList<>(4 + more.size());
        settings(arguments);
        arguments.addAll(more);
        return arguments;
    }

    private static List<String> factsKeys(int partition) {
        return List.of(Keys.events(partition), Keys.state(partition));
    }

    /// What scripts take that make a partition's state where there is none: `Lua.OPEN`'s arguments, always new.
    public void settings(List<Object> arguments) {
        String offer = randomText(EPOCH_LENGTH + SECRET_LENGTH);
        arguments.add(offer.substring(0, EPOCH_LENGTH));
        arguments.add(offer.substring(EPOCH_LENGTH));
        arguments.add(partitions.count());
        arguments.add(LogState.LAYOUT);
    }

    private static void agree(String what, @Nullable Response stands, int ours) {
        String value = stands == null ? "nothing" : stands.toString();
        if (!value.equals(Integer.toString(ours))) {
            throw new LogMismatch("the log in Redis was made with " + what + " = " + value + ", but this service has "
                    + ours + "; all services of a deployment must agree");
        }
    }

    private static List<EventId> ids(int partition, Response answer) {
        String epoch = answer.get(1).toString();
        List<EventId> ids = new ArrayList<>(answer.size() - 2);
        for (int i = 2; i < answer.size(); i++) {
            ids.add(new EventId(partition, id(answer.get(i)), epoch));
        }
        return ids;
    }

    private static StreamId id(Response answer) {
        return StreamId.require(answer.toString());
    }

    private String offeredEpoch() {
        return randomText(EPOCH_LENGTH);
    }

    /// Asks the source of randomness once, for each question costs it a digest, whatever it is about. Of six bits
    /// those are taken that are a letter, so that each letter is as likely as the others.
    private String randomText(int length) {
        StringBuilder text = new StringBuilder(length);
        byte[] drawn = new byte[length + length / 4];
        while (true) {
            random.nextBytes(drawn);
            for (byte each : drawn) {
                int letter = each & 63;
                if (letter < LETTERS.length()) {
                    text.append(LETTERS.charAt(letter));
                    if (text.length() == length) {
                        return text.toString();
                    }
                }
            }
        }
    }
}
