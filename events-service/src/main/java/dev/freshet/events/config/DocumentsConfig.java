package dev.freshet.events.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// Shared documents. All replicas must have the same settings.
@ConfigMapping(prefix = "freshet.documents")
public interface DocumentsConfig {

    /// Who may edit a document: `followers` (who may follow it, and who has a `publish` grant for it) or
    /// `publishers` (only who has the grant).
    @WithDefault("followers")
    Editors edit();

    /// How long a document is kept after its last edit; without it, for ever. At least
    /// [HistoryConfig#retention], for who resumes from a history must not find less than what it tells of.
    /// Takes effect with a document's next edit.
    Optional<Duration> retention();

    /// See [#edit()].
    enum Editors {
        FOLLOWERS,
        PUBLISHERS
    }
}
