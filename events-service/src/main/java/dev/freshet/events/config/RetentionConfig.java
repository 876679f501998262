package dev.freshet.events.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How much of the log is kept, per partition. What the caps take away before it was copied is missing from
/// histories, and their readers are told.
@ConfigMapping(prefix = "freshet.retention")
public interface RetentionConfig {

    /// How long the log keeps an entry that was copied to its history, at least 1 s; one that was not stays
    /// longer.
    @WithDefault("10M")
    Duration age();

    /// Entries that a partition of the log keeps at most, copied or not, at least 1,000.
    @WithDefault("1000000")
    long maxEntries();

    /// Memory of Redis that a partition of the log may take, copied or not, at least 1M: half of `maxmemory` in
    /// the shipped `redis.conf`. Several partitions in one Redis share it: give each its part.
    @WithDefault("256M")
    MemorySize maxBytes();

    /// Entries that the stream of rejected ones keeps per partition, about, at least 1.
    @WithDefault("10000")
    int rejectedCap();
}
