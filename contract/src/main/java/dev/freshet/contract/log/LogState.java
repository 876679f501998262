package dev.freshet.contract.log;

/// Fields of the hash `state:{p}`, and the version of all that stands in Redis.
public final class LogState {

    /// Version of keys, fields and their meaning. A service that finds another refuses to start.
    public static final int LAYOUT = 1;

    /// The log's incarnation: random, 4 to 16 of `A-Za-z0-9`, new whenever ids of before mean nothing any more.
    public static final String EPOCH = "epoch";

    /// With which Freshet's own entries are proved: random, 16 or more of `A-Za-z0-9`, as old as the state.
    public static final String SECRET = "secret";

    /// How many partitions the log has; the same in every partition.
    public static final String PARTITIONS = "partitions";

    /// [#LAYOUT] of whoever made the state.
    public static final String LAYOUT_FIELD = "layout";

    /// The server's `master_replid` when the epoch was given; it changes with every restart and failover, so
    /// another one says that the log may have lost its end.
    public static final String REPLID = "replid";

    /// Old epochs and the last id that this log shares with each, oldest first: [Forks].
    public static final String FORKS = "forks";

    /// Histories have every entry up to this id.
    public static final String INDEXED = "indexed";

    /// How many entries were ever added up to [#INDEXED]. May be too low, which costs false gaps, but never too
    /// high.
    public static final String COUNT = "count";

    /// No history at or below this id can be trusted.
    public static final String HOLE = "hole";

    /// Nor anything at or below this id for a channel that has no history.
    public static final String FLOOR = "floor";

    private LogState() {}
}
