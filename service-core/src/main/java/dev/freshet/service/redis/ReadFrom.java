package dev.freshet.service.redis;

/// Which of the servers that hold a key is read.
public enum ReadFrom {
    /// The one that takes writes.
    PRIMARY,

    /// A replica that is in sync with its primary, if there is one, else the primary. A replica may be behind by what
    /// replication takes, and its ids are the primary's.
    REPLICA
}
