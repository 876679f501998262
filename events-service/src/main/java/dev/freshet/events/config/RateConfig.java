package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/// How many events one user may publish over REST, over all replicas together. Checked by who uses it.
@ConfigMapping(prefix = "freshet.publish.rate")
public interface RateConfig {

    /// Events that a user may publish over REST at once, up to 1,000,000, over all replicas; 0: no limit. Every
    /// event of a batch and every channel of a list counts. A larger batch passes too, and its user waits until
    /// it is paid for, for a minute at most. Generous: what it stops is one account that fills the log, and so
    /// takes from others what they come back to.
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
