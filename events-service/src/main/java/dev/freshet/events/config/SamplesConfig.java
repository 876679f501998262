package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Sample modules of the guides, not for production.
@ConfigMapping(prefix = "freshet.samples")
public interface SamplesConfig {

    /// Whether `POST /api/orders/{id}/complete` exists. On in dev mode, else off.
    @WithDefault("false")
    boolean orders();
}
