package dev.freshet.service.log;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// What an append waits for before it counts as done.
@ConfigMapping(prefix = "freshet.publish")
public interface PublishConfig {

    /// Replicas of Redis that must have an event before its append is answered, 0 to 10. With 0 an event that
    /// only the primary has may be lost with it. More than there are lets every append fail.
    @WithDefault("0")
    int waitReplicas();

    /// How long an append waits for them, 1 ms to 30 s; then it fails (503), though the event may have been
    /// stored.
    @WithDefault("1S")
    Duration waitTimeout();
}
