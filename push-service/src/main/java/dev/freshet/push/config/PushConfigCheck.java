package dev.freshet.push.config;

import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.message.ClientMessageReader;
import dev.freshet.service.limit.Rate;
import dev.freshet.service.publish.RateConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/// Refuses to start with settings that cannot be meant.
@Singleton
public final class PushConfigCheck {

    private static final int MIN_PENDING_BYTES = 16 * 1024;
    private static final int MIN_WINDOW_EVENTS = 16;
    private static final int MIN_WINDOW_BYTES = 1024 * 1024;
    private static final Duration MIN_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_AGE = Duration.ofDays(365);
    private static final Duration MIN_RECHECK = Duration.ofMillis(100);
    private static final Duration MIN_RHYTHM = Duration.ofMillis(10);

    /// What is meant to be longer is meant to be something else.
    private static final Duration MAX_WAIT = Duration.ofHours(1);

    void start(@Observes StartupEvent event, PushConfig config, LimitsConfig limits, RateConfig publish) {
        check(config);
        check(limits);
        Rate.of("freshet.publish.rate", publish.burst(), publish.perSecond());
    }

    /// @throws IllegalStateException naming the setting, its bound and its value
    static void check(PushConfig config) {
        atLeast("freshet.push.max-channels", 1, config.maxChannels());
        atLeast("freshet.push.max-pending-bytes", MIN_PENDING_BYTES, config.maxPendingBytes());
        atLeast(
                "freshet.push.tail.window-events",
                MIN_WINDOW_EVENTS,
                config.tail().windowEvents());
        atLeast(
                "freshet.push.tail.window-bytes",
                MIN_WINDOW_BYTES,
                config.tail().windowBytes());
        rhythm("freshet.push.sse.heartbeat-interval", config.sse().heartbeatInterval());
        rhythm("freshet.push.websocket.ping-interval", config.webSocket().pingInterval());
        rhythm("freshet.push.tail.block", config.tail().block());
        atLeast("freshet.push.slow.max-lag-events", 0, config.slow().maxLagEvents());
        atLeast("freshet.push.slow.max-lag-bytes", 0, config.slow().maxLagBytes());
        upTo("freshet.push.slow.max-lag", MAX_WAIT, config.slow().maxLag());
        age(config.maxConnectionAge());
        atLeast(
                "freshet.push.revocation-check",
                MIN_RECHECK.toMillis(),
                config.revocationCheck().toMillis());
        upTo("freshet.push.revocation-check", MAX_WAIT, config.revocationCheck());
        inbound(config.inbound().types().orElse(List.of()));
        atLeast("freshet.push.inbound.max-length", 1, config.inbound().maxLength());
        upTo("freshet.push.presence.leave-grace", MAX_WAIT, config.presence().leaveGrace());
        rhythm("freshet.push.presence.renewal-interval", config.presence().renewalInterval());
        atLeast("freshet.push.presence.missed-renewals", 2, config.presence().missedRenewals());
        atLeast("freshet.push.presence.crowd", 0, config.presence().crowd());
        upTo("freshet.push.drain.accept", MAX_WAIT, config.drain().accept());
        upTo("freshet.push.drain.window", MAX_WAIT, config.drain().window());
    }

    /// @throws IllegalStateException naming the setting, its bound and its value
    static void check(LimitsConfig config) {
        atLeast("freshet.push.limits.connections-per-pod", 0, config.connectionsPerPod());
        atLeast("freshet.push.limits.connections-per-user-and-pod", 0, config.connectionsPerUserAndPod());
        upTo("freshet.push.limits.typing-interval", MAX_WAIT, config.typingInterval());
        rate("failures", config.failures().burst(), config.failures().perSecond());
        rate("opens", config.opens().burst(), config.opens().perSecond());
        rate("messages", config.messages().burst(), config.messages().perSecond());
        rate("joins", config.joins().burst(), config.joins().perSecond());
        rate("refused", config.refused().burst(), config.refused().perSecond());
    }

    private static void rate(String name, int burst, double perSecond) {
        Rate.of("freshet.push.limits." + name, burst, perSecond);
    }

    private static void age(Duration value) {
        if (!value.isZero() && value.compareTo(MIN_AGE) < 0 || value.compareTo(MAX_AGE) > 0) {
            throw new IllegalStateException(
                    "freshet.push.max-connection-age must be 0, or 1 s to 365 days, not " + value);
        }
    }

    private static void inbound(List<String> types) {
        for (String type : types) {
            if (!EventTypes.isType(type)) {
                throw new IllegalStateException(
                        "freshet.push.inbound.types must each be 1 to 64 of A-Za-z0-9_.-, not '" + type + "'");
            }
            if (EventTypes.isReserved(type) || ClientMessageReader.TYPES.contains(type)) {
                throw new IllegalStateException(
                        "freshet.push.inbound.types must not name '" + type + "', which is Freshet's own");
            }
        }
    }

    private static void atLeast(String key, long bound, long value) {
        if (value < bound) {
            throw new IllegalStateException(key + " must be at least " + bound + ", not " + value);
        }
    }

    private static void upTo(String key, Duration most, Duration value) {
        atLeast(key, 0, value.toMillis());
        if (value.compareTo(most) > 0) {
            throw new IllegalStateException(key + " must be at most " + most.toSeconds() + " s, not " + value);
        }
    }

    private static void rhythm(String key, Duration value) {
        if (value.compareTo(MIN_RHYTHM) < 0) {
            throw new IllegalStateException(key + " must be at least " + MIN_RHYTHM.toMillis() + " ms, not " + value);
        }
    }
}
