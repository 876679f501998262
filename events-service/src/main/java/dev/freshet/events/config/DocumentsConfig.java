package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// Shared documents. All replicas must have the same settings.
@ConfigMapping(prefix = "freshet.documents")
public interface DocumentsConfig {

    /// Who may edit a document.
    @WithDefault("followers")
    Editors edit();

    /// How long a document is kept after its last edit; for ever where this is not set. At least as long as
    /// histories ([HistoryConfig#retention]), for who resumes from one must not find less than what it tells of.
    Optional<Duration> retention();

    /// See [#edit()].
    enum Editors {
        /// Who may follow it, and who has a `publish` grant for it.
        FOLLOWERS,
        /// Only who has a `publish` grant for it.
        PUBLISHERS
    }
}
