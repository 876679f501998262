package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The log inspector.
@ConfigMapping(prefix = "freshet.inspect")
public interface InspectConfig {

    /// Whether this replica inspects the log. At least one of a deployment should.
    @WithDefault("true")
    boolean enabled();

    /// Pause before an idle partition is looked at again, at least 1 ms. Must stay far below the log's
    /// retention, or malformed entries are trimmed before they are seen.
    @WithDefault("500MS")
    Duration interval();

    /// Entries that the stream of rejected ones keeps per partition, approximately; at least 1.
    @WithDefault("10000")
    int rejectedCap();
}
