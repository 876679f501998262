package dev.freshet.events.document;

import dev.freshet.events.config.DocumentsConfig;
import dev.freshet.events.config.HistoryConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Refuses to start with settings that cannot be meant.
@Singleton
final class DocumentsCheck {

    void start(@Observes StartupEvent event, DocumentsConfig documents, HistoryConfig history) {
        check(documents, history);
    }

    /// @throws IllegalStateException naming the settings
    static void check(DocumentsConfig documents, HistoryConfig history) {
        documents.retention().ifPresent(retention -> {
            if (retention.compareTo(history.retention()) < 0) {
                throw new IllegalStateException("freshet.documents.retention must be at least"
                        + " freshet.history.retention: documents outlive histories");
            }
        });
    }
}
