package dev.freshet.events.index;

import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jboss.logging.Logger;

/// Trims one partition's log, step by step. All on one Vert.x context.
final class LogTrimmer {

    private static final Logger LOG = Logger.getLogger(LogTrimmer.class);

    private static final Script TRIM = Script.of(IndexScripts.TRIM);

    /// Takes Redis some tenths of a millisecond; nodes hold at most 100 entries unless Redis is told otherwise.
    private static final int ENTRIES_PER_STEP = 10_000;

    /// Looked at in about 1 ms. With nodes of 1 KiB they are 50 MiB; beyond, the log's size is extrapolated from
    /// its oldest part, and so now and then looked at as a whole.
    private static final int SAMPLED_NODES = 50_000;

    private static final int EXACT_EVERY = 10;

    /// By which an id may run ahead of the clock of Redis before somebody must have made it up.
    private static final double MAX_AHEAD_MS = 60_000;

    private final OwnLink redis;
    private final int partition;
    private final IndexBounds bounds;
    private final IndexMetrics metrics;
    private int steps;
    private boolean warned;

    LogTrimmer(OwnLink redis, int partition, IndexBounds bounds, IndexMetrics metrics) {
        this.redis = redis;
        this.partition = partition;
        this.bounds = bounds;
        this.metrics = metrics;
    }

    /// @return whether more is to be trimmed at once
    Future<Boolean> step() {
        int samples = steps++ % EXACT_EVERY == 0 ? 0 : SAMPLED_NODES;
        return redis.run(
                        TRIM,
                        List.of(Keys.events(partition), Keys.state(partition)),
                        List.of(bounds.logAgeMs(), bounds.logEntries(), bounds.logBytes(), ENTRIES_PER_STEP, samples))
                .map(this::conclude);
    }

    private boolean conclude(Response answer) {
        metrics.trimmed(answer.get(0).toLong(), answer.get(1).toLong());
        metrics.log(answer.get(3).toLong(), answer.get(4).toLong());
        double ahead = Double.parseDouble(answer.get(5).toString());
        metrics.ahead(ahead);
        if (ahead > MAX_AHEAD_MS && !warned) {
            LOG.warnf(
                    "The last id of partition %d of the log is %.0f s ahead of Redis's clock: a producer wrote ids of its"
                            + " own, or the clock jumped back. Entries are not trimmed by age until the clock is there;"
                            + " see the runbook on poisoned ids",
                    partition, ahead / 1000);
        }
        warned = ahead > MAX_AHEAD_MS;
        return answer.get(2).toInteger() == 1;
    }
}
