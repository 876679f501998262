package dev.freshet.push.websocket;

import dev.freshet.contract.Limits;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.contract.message.ClientMessageReader;
import dev.freshet.contract.message.CloseCode;
import dev.freshet.contract.message.ErrorCode;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Beats;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LagLimits;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.presence.Attendance;
import dev.freshet.push.presence.Presence;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.push.wire.FrameWire;
import dev.freshet.push.wire.Sockets;
import dev.freshet.push.wire.Wires;
import dev.freshet.service.limit.Limited;
import io.netty.buffer.ByteBufUtil;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPingMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/// `/ws`: hands what happens on a connection to its session, on the connection's event loop.
@WebSocket(path = WebSocketEndpoint.PATH)
public final class WebSocketEndpoint {

    static final String PATH = "/ws";

    static final TypedKey<Welcome> WELCOME = new TypedKey<>("freshet.welcome");

    private static final Logger LOG = Logger.getLogger(WebSocketEndpoint.class);
    private static final TypedKey<Session> SESSION = new TypedKey<>("freshet.session");
    private static final TypedKey<MessageLimits> LIMITS = new TypedKey<>("freshet.limits");

    private final Hub hub;
    private final Resume resume;
    private final History history;
    private final PushConfig config;
    private final PushMetrics metrics;
    private final MessageHandler handler;
    private final Presence presence;
    private final MessageRates rates;
    private final Limited limited;
    private final Wires wires;
    private final LagLimits lag;
    private final Map<LoopHub, Beats> beats = new ConcurrentHashMap<>();

    WebSocketEndpoint(
            Hub hub,
            Resume resume,
            History history,
            PushConfig config,
            PushMetrics metrics,
            MessageHandler handler,
            Presence presence,
            MessageRates rates,
            Limited limited,
            Wires wires) {
        this.hub = hub;
        this.resume = resume;
        this.history = history;
        this.config = config;
        this.metrics = metrics;
        this.handler = handler;
        this.presence = presence;
        this.rates = rates;
        this.limited = limited;
        this.wires = wires;
        this.lag = LagLimits.of(config.slow());
    }

    @OnOpen
    Uni<Void> opened(WebSocketConnection connection) {
        Welcome welcome = connection.userData().remove(WELCOME);
        if (welcome == null || welcome.caller() == null) {
            metrics.error("authentication");
            CloseCode code = CloseCode.AUTHENTICATION_FAILED;
            return connection.close(new CloseReason(code.code(), code.reason()));
        }
        welcome.headers().clear();
        LoopHub loop = hub.current();
        Beats rhythm = beats.computeIfAbsent(
                loop, each -> Beats.every(config.webSocket().pingInterval().toMillis(), each));
        int limit = config.maxPendingBytes();
        FrameWire wire =
                wires.ofWebSocket(welcome.transport(), loop.flusher(), limit, new LibraryWire(connection, limit));
        Outbox outbox = new Outbox(connection, wire, welcome.transport(), loop, metrics, limit);
        Attendance attendance = new Attendance(presence, welcome.caller().userId(), true);
        Session session = new Session(
                connection.id(),
                welcome.caller(),
                loop,
                rhythm,
                outbox,
                wire,
                metrics,
                config,
                lag,
                resume,
                history,
                attendance);
        connection.userData().put(SESSION, session);
        MessageLimits limits = new MessageLimits(rates, loop, session, handler, limited);
        connection.userData().put(LIMITS, limits);
        Sockets.watchFrames(welcome.transport(), session::notUtf8, () -> {
            session.pong();
            limits.control();
        });
        FrameLimit.watch(welcome.transport(), session::tooBig);
        session.open(welcome.after());
        return Uni.createFrom().voidItem();
    }

    @OnTextMessage
    Uni<Void> message(String text, WebSocketConnection connection) {
        Session session = connection.userData().get(SESSION);
        if (session == null) {
            return Uni.createFrom().voidItem();
        }
        // Vert.x has a limit of its own, 1 MiB per frame, for it keeps a frame in memory until it is complete: past
        // that one FrameLimit ends the connection.
        if (ByteBufUtil.utf8Bytes(text) > Limits.MAX_MESSAGE_BYTES) {
            session.tooBig();
            return Uni.createFrom().voidItem();
        }
        return handle(ClientMessageReader.read(text), connection);
    }

    @OnBinaryMessage
    Uni<Void> binary(Buffer data, WebSocketConnection connection) {
        return handle(new ClientMessage.Invalid(null, "Messages must be text frames."), connection);
    }

    @OnPingMessage
    Uni<Void> ping(Buffer data, WebSocketConnection connection) {
        MessageLimits limits = connection.userData().get(LIMITS);
        if (limits != null) {
            limits.control();
        }
        return Uni.createFrom().voidItem();
    }

    @OnClose
    Uni<Void> closed(WebSocketConnection connection) {
        Session session = connection.userData().get(SESSION);
        if (session != null) {
            session.closed();
        }
        return Uni.createFrom().voidItem();
    }

    /// The transport failed, or a callback did: the former ends in [#closed], the latter must not end the
    /// connection.
    @OnError
    Uni<Void> failed(Throwable failure, WebSocketConnection connection) {
        LOG.debugf(failure, "A WebSocket failed");
        metrics.error("websocket");
        Session session = connection.userData().get(SESSION);
        if (session != null && isTooBig(failure)) {
            session.tooBig();
        }
        return Uni.createFrom().voidItem();
    }

    private static Uni<Void> handle(ClientMessage message, WebSocketConnection connection) {
        MessageLimits limits = connection.userData().get(LIMITS);
        Session session = connection.userData().get(SESSION);
        if (limits == null || session == null || !session.isOpen()) {
            return Uni.createFrom().voidItem();
        }
        try {
            return limits.handle(message);
        } catch (RuntimeException unforeseen) {
            // A mistake of ours: but who sent an id waits for an answer.
            LOG.error("A message was not handled, in a way not foreseen", unforeseen);
            session.error(message.id(), ErrorCode.UNAVAILABLE, "The message was not taken; try again.");
            return Uni.createFrom().voidItem();
        }
    }

    /// Fragments that together are over Vert.x's limit: it drops them and goes on, and has no type of its own for
    /// it.
    private static boolean isTooBig(Throwable failure) {
        return failure instanceof IllegalStateException
                && failure.getMessage() != null
                && failure.getMessage().contains("max message size");
    }
}
