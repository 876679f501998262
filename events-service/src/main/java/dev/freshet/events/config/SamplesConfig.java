package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Sample modules of the guides, not for production.
@ConfigMapping(prefix = "freshet.samples")
public interface SamplesConfig {

    /// Whether the sample `POST /api/orders/{id}/complete` exists. See `docs/guides/orders.md`.
    @WithDefault("false")
    boolean orders();
}
