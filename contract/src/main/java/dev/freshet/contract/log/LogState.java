package dev.freshet.contract.log;

/// Fields of the hash `state:{p}`, and the version of all that stands in Redis.
public final class LogState {

    /// Version of keys, fields and their meaning. A service that finds another refuses to start.
    public static final int LAYOUT = 1;

    /// The log's incarnation: random, 4 to 16 of `A-Za-z0-9`, new whenever ids of before mean nothing any more.
    public static final String EPOCH = "epoch";

    /// How many partitions the log has; the same in every partition.
    public static final String PARTITIONS = "partitions";

    /// [#LAYOUT] of whoever made the state.
    public static final String LAYOUT_FIELD = "layout";

    /// Every entry up to this id was inspected, and kept in the rejected stream where it was malformed.
    public static final String INSPECTED = "inspected";

    private LogState() {}
}
