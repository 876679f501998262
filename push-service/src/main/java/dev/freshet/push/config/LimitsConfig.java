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

    /// Connections of a pod, streams, WebSockets and polls together; 0: no limit. Below the files that the
    /// process may open (`ulimit -n`, often 20,000 or 65,536), with room for those that are being refused and
    /// for Redis.
    @WithDefault("18000")
    int connectionsPerPod();

    /// Connections of one user at one pod; 0: no limit. Each pod counts for itself: what is bounded is what one
    /// user can take of a pod. Tabs and devices, doubled after a change of network until the old ones are
    /// noticed to be dead.
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

    /// Between two `user-typing` of a WebSocket in one room, up to 1 h. Of those that come in between, the
    /// newest is sent at its end. 0: each is sent.
    @WithDefault("500MS")
    Duration typingInterval();

    /// See [LimitsConfig#failures()].
    interface Failures {

        /// Openings of a client address (of IPv6 a /64) that may fail at once because of their token or ticket;
        /// beyond, the address waits. Each pod counts for itself, and remembers 20,000 addresses. High, for
        /// many people may be behind one address: it bounds what worthless tokens cost. 0: no limit. See
        /// [addresses](#addresses).
        @WithDefault("500")
        int burst();

        /// Those per second from then on.
        @WithDefault("20")
        double perSecond();
    }

    /// See [LimitsConfig#opens()].
    interface Opens {

        /// All openings of a client address at once, polls too, whatever becomes of them. 0, no limit, by
        /// default, for after a drain a whole office comes back at once.
        @WithDefault("0")
        int burst();

        /// Those per second from then on.
        @WithDefault("100")
        double perSecond();
    }

    /// See [LimitsConfig#messages()].
    interface Messages {

        /// Messages of a WebSocket at once: text, binary, pings and pongs; 0: no limit. A burst for a client
        /// that was offline and sends what it kept.
        @WithDefault("1000")
        int burst();

        /// Those per second from then on: more than a cursor that moves at 60 Hz.
        @WithDefault("100")
        double perSecond();
    }

    /// See [LimitsConfig#joins()].
    interface Joins {

        /// Those of its messages that join, subscribe or ask who is present, at once; each may read something
        /// in Redis. 0: no limit. Twice [PushConfig#maxChannels], for a client that comes back joins all again.
        @WithDefault("200")
        int burst();

        /// Those per second from then on.
        @WithDefault("20")
        double perSecond();
    }

    /// See [LimitsConfig#refused()].
    interface Refused {

        /// Messages over these two rates that a WebSocket may try at once before it is closed with 4029; 0:
        /// never.
        @WithDefault("100")
        int burst();

        /// Those per second from then on.
        @WithDefault("10")
        double perSecond();
    }
}
