package dev.freshet.systemtests.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.systemtests.checker.Transcript;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Behaves as the SDK: a ticket for each connection, one `subscribe` per channel, or `join-room`, with the last id it
/// saw
/// there (its own channel needs none, its place there travels in the URL), and back after every close but 4003.
public final class SocketClient extends Client {

    private static final int MIN_PAUSE_MS = 100;
    private static final int MAX_PAUSE_MS = 1_000;
    private static final int MAX_FRAME = 1 << 20;
    private static final int FORBIDDEN = 4003;
    private static final String ROOM = "room:";

    private final String ownChannel;
    private final Supplier<CompletableFuture<String>> tickets;
    private final Map<String, String> cursors = new HashMap<>();
    private final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
    private volatile boolean answersPings = true;

    SocketClient(
            EventLoop loop,
            Route route,
            String ownChannel,
            Supplier<CompletableFuture<String>> tickets,
            Transcript transcript,
            Random random) {
        super(loop, route, transcript, random);
        this.ownChannel = ownChannel;
        this.tickets = tickets;
    }

    /// What the server closed with, in order.
    public List<Integer> closeCodes() {
        return List.copyOf(closeCodes);
    }

    /// Leaves pings unanswered, as if it were not there.
    public void ignorePings() {
        answersPings = false;
    }

    @Override
    int pauseMs() {
        return random.nextInt(MIN_PAUSE_MS, MAX_PAUSE_MS);
    }

    @Override
    void prepare() {
        tickets.get()
                .whenCompleteAsync(
                        (ticket, failure) -> {
                            if (failure != null) {
                                ended(null);
                            } else {
                                String after = cursors.get(ownChannel);
                                address = URI.create("ws://localhost/ws?ticket=" + ticket
                                        + (after == null ? "" : "&after=" + after));
                                dial();
                            }
                        },
                        loop);
    }

    private URI address = URI.create("ws://localhost/ws");

    @Override
    void initialize(Channel connection) {
        WebSocketClientHandshaker handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                address, WebSocketVersion.V13, null, false, new DefaultHttpHeaders(), MAX_FRAME);
        connection
                .pipeline()
                .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(64 * 1024),
                        new WebSocketFrameAggregator(MAX_FRAME),
                        new Handler(handshaker));
    }

    private String follow(String channel) {
        String message = channel.startsWith(ROOM)
                ? "{\"type\":\"join-room\",\"payload\":{\"room\":\"%s\",\"after\":\"%s\"}}"
                : "{\"type\":\"subscribe\",\"payload\":{\"channel\":\"%s\",\"after\":\"%s\"}}";
        String name = channel.startsWith(ROOM) ? channel.substring(ROOM.length()) : channel;
        return message.formatted(name, cursors.get(channel));
    }

    private final class Handler extends SimpleChannelInboundHandler<Object> {

        private final WebSocketClientHandshaker handshaker;
        private String greetedAt = "";

        private Handler(WebSocketClientHandshaker handshaker) {
            this.handshaker = handshaker;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            handshaker.handshake(context.channel());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {
            heard();
            switch (message) {
                case FullHttpResponse response -> upgraded(context, response);
                case TextWebSocketFrame text -> text(context, Frames.parse(text.text()));
                case PingWebSocketFrame ping -> {
                    if (answersPings) {
                        context.writeAndFlush(
                                new PongWebSocketFrame(ping.content().retain()));
                    }
                }
                case CloseWebSocketFrame close -> closed(context, close.statusCode());
                default -> {}
            }
        }

        private void upgraded(ChannelHandlerContext context, FullHttpResponse response) {
            int status = response.status().code();
            if (status == 101) {
                handshaker.finishHandshake(context.channel(), response);
            } else {
                if (status != 503 && status != 429 && status != 502) {
                    giveUp("was refused: " + response.status());
                }
                context.close();
            }
        }

        private void closed(ChannelHandlerContext context, int code) {
            closeCodes.add(code);
            if (code == FORBIDDEN) {
                giveUp("was closed with 4003");
            }
            context.close();
        }

        private void text(ChannelHandlerContext context, JsonNode frame) {
            JsonNode payload = frame.path("payload");
            switch (frame.path("type").asText()) {
                case "connected" -> {
                    greetedAt = payload.path("cursor").asText();
                    transcript.connected(greetedAt, Map.copyOf(cursors), null);
                    greeted();
                    for (String channel : transcript.channels()) {
                        cursors.putIfAbsent(channel, greetedAt);
                        if (channel.equals(ownChannel)) {
                            continue;
                        }
                        context.writeAndFlush(new TextWebSocketFrame(follow(channel)));
                    }
                }
                case "gap" -> {
                    String channel = payload.path("channel").asText();
                    // Nothing older follows. Without an id of its own, the greeting's cursor is the newest that is
                    // known.
                    cursors.put(channel, frame.path("id").asText(greetedAt));
                    transcript.gap(channel, payload.path("reason").asText());
                }
                case "error" -> transcript.violation("was told an error: " + frame);
                case Frames.TYPE -> {
                    String id = frame.path("id").asText();
                    // A room that was joined is named as such.
                    cursors.put(
                            frame.has("room")
                                    ? ROOM + frame.path("room").asText()
                                    : frame.path("channel").asText(),
                            id);
                    transcript.event(payload.path("n").asInt(-1), id);
                }
                default -> {}
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            if (!(failure instanceof java.io.IOException)) {
                transcript.violation("failed: " + failure);
            }
            context.close();
        }
    }
}
