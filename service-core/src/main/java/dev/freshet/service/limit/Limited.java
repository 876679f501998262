package dev.freshet.service.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/// Counts what was refused because of a limit. Safe for any thread.
@Singleton
public final class Limited {

    /// The limits, by the word of the metric's tag.
    public enum Limit {
        /// Tickets of a user.
        TICKETS("tickets"),
        /// Events that a user publishes, over REST or a WebSocket.
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
        // With 0 from the start, or who watches the increase would miss what is counted first.
        for (Limit limit : Limit.values()) {
            counter(limit);
        }
    }

    public void count(Limit limit) {
        counter(limit).increment();
    }

    private Counter counter(Limit limit) {
        return meters.counter("freshet.limited", "limit", limit.word);
    }
}
