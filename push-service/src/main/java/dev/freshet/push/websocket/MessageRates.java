package dev.freshet.push.websocket;

import dev.freshet.push.config.LimitsConfig;
import dev.freshet.service.limit.Rate;
import jakarta.inject.Singleton;

/// How often a connection may say something, as the settings have it; one for all connections.
@Singleton
final class MessageRates {

    private final Rate messages;
    private final Rate joins;
    private final Rate refused;
    private final long typingMs;

    MessageRates(LimitsConfig config) {
        messages = new Rate(config.messages().burst(), config.messages().perSecond());
        joins = new Rate(config.joins().burst(), config.joins().perSecond());
        refused = new Rate(config.refused().burst(), config.refused().perSecond());
        typingMs = config.typingInterval().toMillis();
    }

    Rate messages() {
        return messages;
    }

    Rate joins() {
        return joins;
    }

    /// Messages over the others that a connection may try before it ends.
    Rate refused() {
        return refused;
    }

    /// Between two messages about typing in one room; 0 for none.
    long typingMs() {
        return typingMs;
    }
}
