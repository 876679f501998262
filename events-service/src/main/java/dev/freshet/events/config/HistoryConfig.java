package dev.freshet.events.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The histories of channels, and the indexer that fills them from the log.
@ConfigMapping(prefix = "freshet.history")
public interface HistoryConfig {

    /// Whether this replica indexes, trims the log and expires histories, when it is its turn. At least one of a
    /// deployment must, or the log grows until Redis is full.
    @WithDefault("true")
    boolean enabled();

    /// Pause before an idle partition is looked at again, 1 ms to 10 s: how far histories may lag behind a
    /// quiet log.
    @WithDefault("100MS")
    Duration interval();

    /// Events that a history keeps, exactly; 1 to 100,000.
    @WithDefault("1000")
    int length();

    /// Bytes of Redis's memory that a history may take, 16 KiB to 1 GiB; the newest event stays in any case.
    @WithDefault("1M")
    MemorySize bytes();

    /// How long a channel's history is kept after its last event. At least as long as the log
    /// ([RetentionConfig#age]).
    @WithDefault("24H")
    Duration retention();
}
