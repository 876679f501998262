package dev.freshet.push.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Settings of push-service; `docs/reference/configuration.md` explains them to operators.
@ConfigMapping(prefix = "freshet.push")
public interface PushConfig {

    /// Settings of Server-Sent Events.
    Sse sse();

    /// Settings of WebSockets.
    @WithName("websocket")
    WebSocket webSocket();

    /// Settings of the tail.
    Tail tail();

    /// How readers are treated that are slower than their channels.
    Slow slow();

    /// How the process ends.
    Drain drain();

    /// Who is present on rooms and documents.
    Presence presence();

    /// What clients may send to backend services.
    Inbound inbound();

    /// Who may send direct messages: those with a `publish` grant for the receiver, or everyone.
    @WithDefault("granted")
    DirectMessages directMessages();

    /// Channels that one connection may follow, at least 1.
    @WithDefault("100")
    int maxChannels();

    /// Bytes that may wait for a client's socket, besides one event and 32 KiB of others. Beyond, the connection
    /// stops, and goes on from its place in the window when the socket drains.
    @WithDefault("65536")
    int maxPendingBytes();

    /// Whether events go straight to the sockets of connections for which that is known to be right; otherwise,
    /// and for all others, through the HTTP server at twice the cost.
    @WithDefault("true")
    boolean directWrites();

    /// After so long, and up to a fifth less or more, a connection is asked to move: new pods get their share,
    /// and grants do not grow stale. Looked at with each heartbeat and ping. Off at 0, else at least 1 s.
    @WithDefault("1H")
    Duration maxConnectionAge();

    /// Between two looks at whether users of open connections were disconnected, besides the news of it. At least
    /// 100 ms.
    @WithDefault("30S")
    Duration revocationCheck();

    /// See [#directMessages()].
    enum DirectMessages {
        GRANTED,
        EVERYONE
    }

    /// What clients may send to backend services.
    interface Inbound {

        /// Types of WebSocket messages that are taken, none of them Freshet's own.
        Optional<List<String>> types();

        /// Messages that the stream of a type keeps, about; at least 1.
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

        /// How long one read waits for news. Each read is followed by a look at whether the log is still the same
        /// one, so this is also how late a quiet log's loss is noticed.
        @WithDefault("1S")
        Duration block();

        /// Events per partition that are kept for clients that come back.
        @WithDefault("50000")
        int windowEvents();

        /// Bytes per partition that they may take.
        @WithDefault("67108864")
        long windowBytes();
    }

    /// How far a connection may be behind the log, and what becomes of one that is further. Each bound is off at
    /// 0.
    interface Slow {

        /// Entries of a partition that it has not looked at, of whichever channels. Not while it catches up after
        /// it came back.
        @WithDefault("10000")
        long maxLagEvents();

        /// Bytes that these take in the window, counted as [Tail#windowBytes()] are. Not while it catches up
        /// after it came back.
        @WithDefault("16777216")
        long maxLagBytes();

        /// How long it may be behind without catching up once in between.
        @WithDefault("30S")
        Duration maxLag();

        /// What becomes of it then.
        @WithDefault("disconnect")
        SlowPolicy policy();
    }

    /// See [Slow#policy()].
    enum SlowPolicy {
        /// It ends; its client comes back and resumes.
        DISCONNECT,
        /// It goes on live when its socket takes something again, with one gap per channel that missed something.
        GAP
    }

    /// Who is present on rooms and documents.
    interface Presence {

        /// How long a user whose last connection ended stays present, for most come back at once.
        @WithDefault("10S")
        Duration leaveGrace();

        /// Between two signs of life of a pod.
        @WithDefault("2S")
        Duration renewalInterval();

        /// How many signs of life of a pod may be missing before the others take it for dead. Together with the
        /// interval this should be more than the grace, or users of a dead pod are told to have left who are on
        /// their way back.
        @WithDefault("7")
        int missedRenewals();

        /// With more members than this, a channel is told its count about once a second instead of each join and
        /// leave.
        @WithDefault("500")
        int crowd();
    }

    /// How the process ends. With 3 s more than both together, it has ended.
    interface Drain {

        /// How long connections are still accepted as ever after SIGTERM, for load balancers learn late.
        @WithDefault("5S")
        Duration accept();

        /// Over which the open connections are ended after that.
        @WithDefault("20S")
        Duration window();
    }
}
