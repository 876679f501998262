package dev.freshet.ticket.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// How many tickets one user gets. Checked at start by [TicketConfigCheck].
@ConfigMapping(prefix = "freshet.ticket")
public interface TicketConfig {

    Rate rate();

    /// A token bucket per user, kept in Redis, so that it holds over all replicas together.
    interface Rate {

        int MAX_BURST = 1000;
        double MIN_PER_SECOND = 0.01;
        double MAX_PER_SECOND = 1000;

        /// Tickets that a user who took none for a while gets at once, 1 to 1000. At least the connections that one
        /// user opens together (tabs, devices after a network change), or some of them come late.
        @WithDefault("10")
        int burst();

        /// Tickets per second from then on, 0.01 to 1000. An empty bucket is full again after
        /// `burst / per-second` seconds.
        @WithDefault("2")
        double perSecond();
    }
}
