package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/// How many events one user may publish over REST, over all replicas together. Checked by who uses it.
@ConfigMapping(prefix = "freshet.publish.rate")
public interface RateConfig {

    /// Events that a user who published none for a while may publish at once, up to 1,000,000; 0: no limit. A
    /// larger batch passes too, and the user's next request waits for it.
    @WithDefault("5000")
    int burst();

    /// Events per second from then on, 0.01 to 1,000,000.
    @WithDefault("1000")
    double perSecond();

    /// Groups whose members are not limited: backend services.
    @WithDefault("admin,publisher")
    List<String> exemptGroups();
}
