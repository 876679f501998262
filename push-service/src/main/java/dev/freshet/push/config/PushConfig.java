package dev.freshet.push.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Settings of push-service. What is said of each stands in `docs/reference/configuration.md` too, for
/// operators.
@ConfigMapping(prefix = "freshet.push")
public interface PushConfig {

    /// Channels that one connection may follow, at least 1.
    @WithDefault("100")
    int maxChannels();

    /// Bytes that may wait for a client's socket, besides one event and 32 KiB of others. Beyond, the
    /// connection stops, and goes on from its place in the window when the socket drains.
    @WithDefault("65536")
    int maxPendingBytes();

    /// Whether events go straight to the sockets of connections for which that is known to be right (HTTP/1, no
    /// TLS in the pod). `false` sends all through the HTTP server, at about twice the cost, should the former
    /// ever be suspected of something.
    @WithDefault("true")
    boolean directWrites();

    /// After about so long, up to a fifth less or more, a connection is asked to move (WebSockets by 1012,
    /// streams by `retry:`), at its next heartbeat or ping: new pods get their share, and grants do not grow
    /// stale. 0: never, else 1 s to 365 days.
    @WithDefault("1H")
    Duration maxConnectionAge();

    /// Between two looks at whether users of open connections were disconnected, besides the news of it, 100 ms
    /// to 1 h. One read of Redis per user and event loop.
    @WithDefault("30S")
    Duration revocationCheck();

    /// How readers are treated that are slower than their channels.
    Slow slow();

    /// How the process ends.
    Drain drain();

    /// Who is present on rooms and documents.
    Presence presence();

    /// What clients may send to backend services.
    Inbound inbound();

    /// Settings of Server-Sent Events.
    Sse sse();

    /// Settings of WebSockets.
    @WithName("websocket")
    WebSocket webSocket();

    /// Settings of the tail.
    Tail tail();

    /// How far a connection may be behind the log, and what becomes of one that is further.
    interface Slow {

        /// Entries of a partition, of whichever channels, that a connection may be behind; 0: no bound. Not
        /// while it catches up after it came back.
        @WithDefault("10000")
        long maxLagEvents();

        /// About the bytes that these take, counted as [Tail#windowBytes] are; 0: no bound. Of use below
        /// [Tail#windowBytes]. Not while it catches up after it came back.
        @WithDefault("16777216")
        long maxLagBytes();

        /// How long a connection may be behind without catching up once in between, up to 1 h; 0: no bound.
        @WithDefault("30S")
        Duration maxLag();

        /// What becomes of a connection beyond a bound. `disconnect`: it ends within about a second, WebSockets
        /// with 4008; its client comes back and resumes. `gap`: when its socket takes something again it goes
        /// on with what is new, and one `gap` (`lagging`) for each channel that missed something.
        @WithDefault("disconnect")
        SlowPolicy policy();
    }

    /// See [Slow#policy()].
    enum SlowPolicy {
        DISCONNECT,
        GAP
    }

    /// How the process ends. With 3 s more than both together, it has ended.
    interface Drain {

        /// How long a pod accepts connections as ever after SIGTERM, for load balancers learn late; up to 1 h.
        /// See `docs/operations/draining.md`.
        @WithDefault("5S")
        Duration accept();

        /// Over which its connections are ended after that, up to 1 h.
        @WithDefault("20S")
        Duration window();
    }

    /// Who is present on rooms and documents.
    interface Presence {

        /// How long a user whose last connection ended stays present, for most come back at once; up to 1 h.
        /// See `docs/concepts/presence.md`.
        @WithDefault("10S")
        Duration leaveGrace();

        /// Between two signs of life of a pod.
        @WithDefault("2S")
        Duration renewalInterval();

        /// How many signs of life of a pod may be missing before the others take it for dead, at least 2.
        /// Together more than the grace, or users of a dead pod are told to have left who are on their way
        /// back.
        @WithDefault("7")
        int missedRenewals();

        /// With more members than this, a channel is told its count about once a second instead of each join
        /// and leave.
        @WithDefault("500")
        int crowd();
    }

    /// What clients may send to backend services.
    interface Inbound {

        /// Types of WebSocket messages that are taken for backend services, none of Freshet's own. See
        /// `docs/guides/inbound.md`.
        Optional<List<String>> types();

        /// Messages that the stream of a type keeps, about, at least 1. What was not read by then is lost.
        @WithDefault("100000")
        long maxLength();
    }

    /// Settings of Server-Sent Events.
    interface Sse {

        /// Between two heartbeats of a stream. Below the 30 to 60 s after which proxies give up on a silent
        /// upstream.
        @WithDefault("25S")
        Duration heartbeatInterval();

        /// What clients wait before they reconnect.
        @WithDefault("3S")
        Duration retry();
    }

    /// Settings of WebSockets.
    interface WebSocket {

        /// Between two pings; two unanswered ones end the connection.
        @WithDefault("30S")
        Duration pingInterval();
    }

    /// Settings of the tail.
    interface Tail {

        /// Events per partition that are kept for clients that come back, rounded up to a power of two.
        @WithDefault("50000")
        int windowEvents();

        /// Bytes per partition that they may take.
        @WithDefault("67108864")
        long windowBytes();

        /// How long one read of the log waits for news. Each is followed by a look at whether the log is still
        /// the same one, so this is also how late the loss of a quiet log is noticed.
        @WithDefault("1S")
        Duration block();
    }
}
