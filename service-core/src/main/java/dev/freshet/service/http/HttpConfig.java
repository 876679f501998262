package dev.freshet.service.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How long a client may take over a request.
@ConfigMapping(prefix = "freshet.http")
public interface HttpConfig {

    /// From a new connection to the end of its first request's head, at least 100 ms; then it is cut off,
    /// whether it was silent or sent a byte now and then. A client on a bad line needs one or two seconds.
    @WithDefault("10S")
    Duration headTimeout();

    /// From a request's head to the end of its body, at least 100 ms: 4 MiB at 1.1 Mbit/s.
    @WithDefault("30S")
    Duration bodyTimeout();

    /// How long a connection may be without a request in hand, from the end of an answer to the end of the next
    /// request's head, at least 100 ms. Longer than the 60 s for which nginx keeps idle connections, or a proxy
    /// would use one that is just being closed. Streams, long polls and WebSockets are requests in hand.
    @WithDefault("90S")
    Duration keepAlive();
}
