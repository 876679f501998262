package dev.freshet.events.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How much of the log is kept, per partition. What the caps take away before it was copied is missing from
/// histories, and their readers are told.
@ConfigMapping(prefix = "freshet.retention")
public interface RetentionConfig {

    /// How long the log keeps an entry that was copied, at least 1 s.
    @WithDefault("10M")
    Duration age();

    /// Entries that the log keeps at most, copied or not; at least 1,000.
    @WithDefault("1000000")
    long maxEntries();

    /// Bytes of Redis's memory that the log may take, copied or not; at least 1 MiB. Half of what the shipped
    /// `redis.conf` allows Redis in all; with several partitions in one Redis divide it among them.
    @WithDefault("256M")
    MemorySize maxBytes();

    /// Entries that the stream of rejected ones keeps, about; at least 1.
    @WithDefault("10000")
    int rejectedCap();
}
