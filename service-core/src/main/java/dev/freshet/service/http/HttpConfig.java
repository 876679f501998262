package dev.freshet.service.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long a client may take over a request. Each at least 100 ms.
@ConfigMapping(prefix = "freshet.http")
public interface HttpConfig {

    /// From a new connection to the end of its first request's head.
    @WithDefault("10S")
    Duration headTimeout();

    /// From the head to the end of the body.
    @WithDefault("30S")
    Duration bodyTimeout();

    /// From the end of an answer to the end of the next request's head. Longer than the 60 s for which nginx
    /// keeps idle connections, or it would use one that is just being closed.
    @WithDefault("90S")
    Duration keepAlive();
}
