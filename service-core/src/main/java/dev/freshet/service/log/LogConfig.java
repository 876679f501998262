package dev.freshet.service.log;

import dev.freshet.service.redis.ReadFrom;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// The shape of the log. Every service of one deployment must have the same partitions: their number stands in
/// Redis, and a service that disagrees refuses to start.
@ConfigMapping(prefix = "freshet.log")
public interface LogConfig {

    /// Streams that the log is spread over, 1 to 32; the same in every service and in every producer, which
    /// computes the partition. More than one only where Redis is the bound. A service that disagrees with the
    /// log does not start.
    @WithDefault("1")
    int partitions();

    /// Which servers push-service tails: the primaries, or replicas to take the reading off them. What a
    /// replica says is checked, and one that stays behind is left.
    @WithDefault("primary")
    ReadFrom readFrom();
}
