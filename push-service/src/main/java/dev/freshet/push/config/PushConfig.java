package dev.freshet.push.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

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

    /// Who may send direct messages: those with a `publish` grant for the receiver, or everyone.
    @WithDefault("granted")
    DirectMessages directMessages();

    /// Channels that one connection may follow, at least 1.
    @WithDefault("100")
    int maxChannels();

    /// Bytes that may wait for a client's socket, besides one event. Beyond, the connection stops, and goes on
    /// from its place in the window when the socket drains.
    @WithDefault("65536")
    int maxPendingBytes();

    /// How long a client's socket may take nothing before its connection ends.
    @WithDefault("30S")
    Duration maxStall();

    /// See [#directMessages()].
    enum DirectMessages {
        GRANTED,
        EVERYONE
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

        /// How long one read waits for news. Only the loss of a connection is noticed later because of it.
        @WithDefault("5S")
        Duration block();

        /// Events per partition that are kept for clients that come back.
        @WithDefault("50000")
        int windowEvents();

        /// Bytes per partition that they may take.
        @WithDefault("67108864")
        long windowBytes();

        /// Between two looks at whether the log is still the same one.
        @WithDefault("1S")
        Duration checkInterval();
    }
}
