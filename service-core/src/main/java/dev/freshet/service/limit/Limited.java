package dev.freshet.service.limit;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/// Counts what was refused because of a limit. Safe for any thread.
@Singleton
public final class Limited {

    /// The limits, by the word of the metric's tag.
    public enum Limit {
        /// Tickets of a user.
        TICKETS("tickets"),
        /// Events that a user publishes over REST.
        PUBLISHES("publishes"),
        /// Connections of a pod.
        POD_CONNECTIONS("pod-connections"),
        /// Connections of a user at a pod.
        USER_CONNECTIONS("user-connections"),
        /// Openings of an address that failed too often.
        FAILURES("failures"),
        /// Openings of an address.
        OPENS("opens"),
        /// Messages of a WebSocket.
        MESSAGES("messages"),
        /// Joins, subscriptions and questions about presence of a WebSocket.
        JOINS("joins"),
        /// What says that somebody types: replaced by what came behind it.
        TYPING("typing"),
        /// WebSockets that were closed because they went on.
        CLOSED("closed"),
        /// HTTP connections that took too long over a request.
        SLOW_REQUESTS("slow-requests");

        private final String word;

        Limit(String word) {
            this.word = word;
        }
    }

    private final MeterRegistry meters;

    public Limited(MeterRegistry meters) {
        this.meters = meters;
    }

    public void count(Limit limit) {
        meters.counter("freshet.limited", "limit", limit.word).increment();
    }
}
