package dev.freshet.ticket.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Refuses to start with settings that cannot be meant.
@Singleton
public final class TicketConfigCheck {

    void start(@Observes StartupEvent event, TicketConfig config) {
        check(config);
    }

    /// @throws IllegalStateException naming the setting, its bounds and its value
    static void check(TicketConfig config) {
        int burst = config.rate().burst();
        if (burst < 1 || burst > TicketConfig.Rate.MAX_BURST) {
            throw new IllegalStateException(
                    "freshet.ticket.rate.burst must be 1 to " + TicketConfig.Rate.MAX_BURST + ", not " + burst);
        }
        double perSecond = config.rate().perSecond();
        boolean good = perSecond >= TicketConfig.Rate.MIN_PER_SECOND && perSecond <= TicketConfig.Rate.MAX_PER_SECOND;
        if (!good) {
            throw new IllegalStateException("freshet.ticket.rate.per-second must be 0.01 to 1000, not " + perSecond);
        }
    }
}
