package dev.freshet.push.model;

import java.util.EnumSet;
import java.util.Set;

/// What may happen next. The weight says how often.
enum Act {
    PUBLISH(40),
    TICK(10),
    REPLICATE(16),
    TAIL_READS(30),
    TAIL_CHECKS(34),
    CLIENT_DRAINS(60),
    CLIENT_OPENS(14),
    CLIENT_CLOSES(9),
    POD_RESTARTS(1),
    TAIL_RECONNECTS(4),
    INDEXER_READS(14),
    INDEXER_APPLIES(14),
    LOG_IS_TRIMMED_BY_AGE(5),
    HISTORIES_EXPIRE(4),
    TIME_PASSES(2),
    REDIS_RESTARTS(1),

    LOG_IS_TRIMMED_BY_CAP(2),
    STRANGER_TRIMS_LOG(2),
    STRANGER_DELETES_LOG(1),
    STRANGER_DELETES_FROM_LOG(3),
    STRANGER_DELETES_FROM_HISTORY(2),
    STRANGER_DELETES_HISTORY(3),
    STRANGER_PUTS_WRONG_TYPE(2),
    STRANGER_REMOVES_WRONG_TYPE(2),
    CLIENT_FORGES(3),
    CLOCK_JUMPS(3),
    INDEXER_IS_CUT_OFF(2),
    FAILOVER(2),
    ORPHAN_TAKES_APPEND(4),
    FLUSHALL(1);

    final int weight;

    Act(int weight) {
        this.weight = weight;
    }

    /// Nobody interferes and nothing breaks.
    static Set<Act> healthy() {
        return EnumSet.range(PUBLISH, REDIS_RESTARTS);
    }

    /// What nobody can rule out.
    static Set<Act> disasters() {
        return EnumSet.range(LOG_IS_TRIMMED_BY_CAP, FLUSHALL);
    }
}
