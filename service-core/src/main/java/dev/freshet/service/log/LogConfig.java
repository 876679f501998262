package dev.freshet.service.log;

import dev.freshet.service.redis.ReadFrom;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// The shape of the log. Every service of one deployment must have the same values: they stand in Redis, and a service
/// that disagrees refuses to start.
@ConfigMapping(prefix = "freshet.log")
public interface LogConfig {

    /// Streams that the log is spread over, 1 to 32. More than one only where Redis is the bound: every producer must
    /// then compute the partition.
    @WithDefault("1")
    int partitions();

    /// Which servers are tailed: the primaries, or replicas to take the reading off them. What a replica says is
    /// checked
    /// by its own facts, and by its primary's where these look wrong.
    @WithDefault("primary")
    ReadFrom readFrom();
}
