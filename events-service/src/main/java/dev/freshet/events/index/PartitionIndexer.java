package dev.freshet.events.index;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.EntryReader;
import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogFacts;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Copies one partition's log into histories, batch by batch.
///
/// Any number of replicas may do so at once, and each may stop at any point or sleep between reading a batch
/// and applying it: the script applies a batch only if nothing has changed since it was read. The facts and the
/// batch are read on the connection that it is applied on, the facts first, so that no batch of one server goes
/// to another. One step at a time; all on one Vert.x context.
final class PartitionIndexer {

    private static final Logger LOG = Logger.getLogger(PartitionIndexer.class);

    private static final Script INDEX = Script.of(IndexScripts.INDEX);

    /// Nothing comes after it, and Redis does not take it as the beginning of a range.
    private static final StreamId LAST_POSSIBLE = new StreamId(-1, -1);

    /// Push pods know what they read of the log before it changed, and so more of what is still shared: they
    /// come first, and the indexer is there for when there is none.
    static final long RENEW_AFTER_MS = 1_000;

    /// What was asked of Redis at one moment, and what it answered.
    private record Reading(StreamId from, int asked, LogFacts facts, Response entries) {}

    private final OwnLink redis;
    private final Log log;
    private final int partition;
    private final IndexBounds bounds;
    private final IndexMetrics metrics;
    private final LongSupplier nanoTime;
    private final EntryReader reader;
    private final BatchSize size = new BatchSize();

    /// Where histories end, as far as is known here.
    private StreamId known = StreamId.ZERO;

    private @Nullable Future<Reading> ahead;
    private @Nullable String changed;
    private long changedSince;

    PartitionIndexer(
            OwnLink redis, Log log, int partition, IndexBounds bounds, IndexMetrics metrics, LongSupplier nanoTime) {
        this.redis = redis;
        this.log = log;
        this.partition = partition;
        this.bounds = bounds;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.reader = log.reader(partition);
    }

    /// Copies the next batch.
    ///
    /// @return whether more may follow at once
    Future<Boolean> step() {
        Future<Reading> reading = ahead;
        ahead = null;
        return (reading == null ? read(known) : reading).compose(this::use).onFailure(failure -> {
            size.failed();
            ahead = null;
        });
    }

    /// Forgets what was read ahead: the connection is another one now, or somebody else's turn came.
    void reset() {
        ahead = null;
    }

    private Future<Reading> read(StreamId from) {
        int asked = size.entries();
        boolean end = from.equals(LAST_POSSIBLE);
        Request range = Request.cmd(Command.XRANGE)
                .arg(Keys.events(partition))
                .arg(end ? "+" : "(" + from)
                .arg(end ? "-" : "+")
                .arg("COUNT")
                .arg(asked);
        Future<Response> facts = redis.send(Log.factsRequest(partition, false));
        Future<Response> entries = redis.send(range);
        return facts.compose(first -> entries.map(then -> new Reading(from, asked, log.facts(partition, first), then)))
                .recover(failure -> isUnknown(failure)
                        ? redis.send(Log.factsRequest(partition, true)).compose(learnt -> read(from))
                        : Future.failedFuture(failure));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure.getMessage() != null && failure.getMessage().startsWith("NOSCRIPT");
    }

    private Future<Boolean> use(Reading reading) {
        LogFacts facts = reading.facts;
        if (facts.state() == null) {
            return log.open(partition).map(true);
        }
        if (facts.isAnotherLog() || !facts.isOfThisServer()) {
            return renew(facts);
        }
        changed = null;
        known = facts.current().indexed();
        if (!known.equals(reading.from)) {
            return Future.succeededFuture(true);
        }
        Batch batch = Batch.of(known, reading.entries, reader);
        metrics.lag(facts, reading.entries);
        if (batch.size() == 0 && hasAll(facts)) {
            return Future.succeededFuture(false);
        }
        return apply(reading, batch);
    }

    /// Whether there is nothing that the script could find out.
    private static boolean hasAll(LogFacts facts) {
        return facts.last().equals(facts.current().indexed())
                && facts.added() == facts.current().count();
    }

    private Future<Boolean> apply(Reading reading, Batch batch) {
        LogFacts.State state = reading.facts.current();
        List<String> keys = new ArrayList<>(4 + batch.size());
        keys.add(Keys.events(partition));
        keys.add(Keys.state(partition));
        keys.add(Keys.channels(partition));
        keys.add(Keys.rejected(partition));
        keys.addAll(batch.histories(partition));
        List<Object> arguments = new ArrayList<>(7 + 10 * batch.size());
        arguments.add(state.epoch());
        arguments.add(state.server());
        arguments.add(state.indexed());
        arguments.add(bounds.historyLength());
        arguments.add(bounds.historyBytes());
        arguments.add(bounds.rejectedCap());
        arguments.addAll(batch.arguments());
        size.learn(batch.size(), batch.bytes());
        boolean full = batch.size() < reading.entries.size() || reading.entries.size() >= reading.asked;
        Future<Response> applied = redis.run(INDEX, keys, arguments);
        if (full) {
            // Right behind the script, so that the next batch is on its way while this one's answer is. If the script
            // does not apply it, that reading begins at a place that is not `indexed`, and is thrown away.
            ahead = read(batch.last());
        }
        return applied.map(answer -> conclude(answer, batch, full));
    }

    private boolean conclude(Response answer, Batch batch, boolean full) {
        String outcome = answer.get(0).toString();
        switch (outcome) {
            case "applied" -> {
                known = batch.last();
                metrics.applied(
                        batch.rejections(),
                        answer.get(2).toLong(),
                        answer.get(3).toLong());
                return full;
            }
            case "hole" -> {
                metrics.hole();
                LOG.warnf(
                        "Entries of partition %d were gone from the log before they were copied; histories up to %s are"
                                + " not complete, and their readers are told",
                        partition, answer.get(1));
                return true;
            }
            default -> {
                // Somebody else was first, or it is not the log that was read: begin again from the facts.
                return outcome.equals("moved");
            }
        }
    }

    private Future<Boolean> renew(LogFacts facts) {
        String change = facts.epoch() + ' ' + facts.server();
        long now = nanoTime.getAsLong();
        if (!change.equals(changed)) {
            changed = change;
            changedSince = now;
        }
        if (now - changedSince < TimeUnit.MILLISECONDS.toNanos(RENEW_AFTER_MS)) {
            return Future.succeededFuture(false);
        }
        changed = null;
        return log.renew(facts, null).map(renewal -> {
            LOG.infof(
                    "Partition %d of the log is not the one that was indexed, or was restarted: %s, its epoch is %s",
                    partition, renewal.outcome(), renewal.epoch());
            return false;
        });
    }
}
