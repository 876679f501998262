package dev.freshet.push.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// What one client, one user or one address may take of a pod. Each limit is off at 0, a bucket with a burst of
/// 0.
///
/// All of them count in the pod alone: what they protect is the pod.
@ConfigMapping(prefix = "freshet.push.limits")
public interface LimitsConfig {

    /// Connections of a pod, of all transports. Below the files that its process may open, with room for those
    /// that are being refused and for Redis.
    @WithDefault("18000")
    int connectionsPerPod();

    /// Connections of one user at one pod, of all transports: tabs, devices, and those that are half-open and not
    /// noticed yet.
    @WithDefault("100")
    int connectionsPerUserAndPod();

    /// Openings of a client address that fail because of their token or ticket.
    Failures failures();

    /// Openings of a client address, polls too, whatever becomes of them.
    Opens opens();

    /// Messages of a WebSocket: text, binary, pings and pongs.
    Messages messages();

    /// Those of them that join, subscribe or ask who is present, for each may read something in Redis.
    Joins joins();

    /// Messages of a WebSocket that are refused by the two limits before it is closed.
    Refused refused();

    /// Between two messages of a WebSocket that say that somebody types in one room. Of those that come in
    /// between, the newest is sent at its end.
    @WithDefault("500MS")
    Duration typingInterval();

    /// See [LimitsConfig#failures()].
    interface Failures {

        @WithDefault("500")
        int burst();

        @WithDefault("20")
        double perSecond();
    }

    /// See [LimitsConfig#opens()].
    interface Opens {

        @WithDefault("0")
        int burst();

        @WithDefault("100")
        double perSecond();
    }

    /// See [LimitsConfig#messages()].
    interface Messages {

        @WithDefault("1000")
        int burst();

        @WithDefault("100")
        double perSecond();
    }

    /// See [LimitsConfig#joins()].
    interface Joins {

        @WithDefault("200")
        int burst();

        @WithDefault("20")
        double perSecond();
    }

    /// See [LimitsConfig#refused()].
    interface Refused {

        @WithDefault("100")
        int burst();

        @WithDefault("10")
        double perSecond();
    }
}
