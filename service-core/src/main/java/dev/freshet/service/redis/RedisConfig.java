package dev.freshet.service.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long Redis is waited for. Where it is, is a matter of Quarkus's own settings, `quarkus.redis.*`.
@ConfigMapping(prefix = "freshet.redis")
public interface RedisConfig {

    /// What an answer of Redis may take before a request fails with 503. Connecting may take half of it, asking
    /// where the primary is a quarter.
    @WithDefault("2S")
    Duration commandTimeout();
}
