package dev.freshet.service.publish;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/// How many events one user may publish, over REST and WebSockets and over all replicas of both services
/// together, which is why they must have the same settings. Checked by who uses it.
@ConfigMapping(prefix = "freshet.publish.rate")
public interface RateConfig {

    /// Events that a user may publish at once, up to 1,000,000, over REST and WebSockets and over all replicas; 0:
    /// no limit. Give events-service and push-service the same. Every event of a batch, every channel of a list
    /// and every message of a WebSocket that is appended counts. A larger batch passes too, and its user waits
    /// until it is paid for, for a minute at most. Generous: what it stops is one account that fills the log, and
    /// so takes from others what they come back to.
    @WithDefault("5000")
    int burst();

    /// Events per second and user from then on, 0.01 to 1,000,000. A replica takes what the user needed of late
    /// from Redis at a time, up to a tenth of a second's worth, so that few requests ask it.
    @WithDefault("1000")
    double perSecond();

    /// Groups of a token's claim `groups` that are not limited: backend services.
    @WithDefault("admin,publisher")
    List<String> exemptGroups();
}
