package dev.freshet.events.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The histories of channels, and the indexer that fills them from the log.
@ConfigMapping(prefix = "freshet.history")
public interface HistoryConfig {

    /// Whether this replica indexes, trims the log and expires histories, when it is its turn. At least one
    /// must, or the log grows until Redis is full.
    @WithDefault("true")
    boolean enabled();

    /// Pause before an idle partition is looked at again, 1 ms to 10 s: how far histories may lag behind a
    /// quiet log.
    @WithDefault("100MS")
    Duration interval();

    /// Events that a channel's history keeps, exactly, 1 to 100,000. A smaller value takes effect as events
    /// come.
    @WithDefault("1000")
    int length();

    /// Memory of Redis that a history may take, 16K to 1G; the newest event stays in any case.
    @WithDefault("1M")
    MemorySize bytes();

    /// How long a history is kept after its channel's last event, at least [RetentionConfig#age].
    @WithDefault("24H")
    Duration retention();
}
