package dev.freshet.systemtests.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.systemtests.checker.Transcript;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// Behaves as a native EventSource: it obeys `retry:`, comes back with `Last-Event-ID`, and gives up for ever on any
/// status but 200, which no fault may make it do.
public final class SseClient extends Client {

    private static final int FIRST_RETRY_MS = 1_000;

    private final String token;
    private final String path;
    private String lastEventId = "";
    private int retryMs = FIRST_RETRY_MS;
    private final AtomicInteger orderlyEnds = new AtomicInteger();
    private final AtomicInteger breaks = new AtomicInteger();

    SseClient(EventLoop loop, Route route, String token, Transcript transcript, Random random) {
        super(loop, route, transcript, random);
        this.token = token;
        this.path = "/api/events?channels=" + String.join(",", transcript.channels());
    }

    /// Streams that the server ended as HTTP says.
    public int orderlyEnds() {
        return orderlyEnds.get();
    }

    /// Connections that ended within a stream.
    public int breaks() {
        return breaks.get();
    }

    @Override
    int pauseMs() {
        // Browsers add a little, so that not all come at once.
        return retryMs + random.nextInt(retryMs / 4 + 1);
    }

    @Override
    void initialize(Channel connection) {
        connection.pipeline().addLast(new HttpClientCodec(), new Handler());
    }

    private FullHttpRequest request() {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .set(HttpHeaderNames.HOST, "localhost")
                .set(HttpHeaderNames.ACCEPT, "text/event-stream")
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
        if (!lastEventId.isEmpty()) {
            request.headers().set("Last-Event-ID", lastEventId);
        }
        return request;
    }

    private void dispatch(String cameWith, String event, String data) {
        switch (event) {
            case "init" -> {
                greeted();
                JsonNode init = Frames.parse(data);
                transcript.connected(lastEventId, cameWith, init.path("resumed").asBoolean());
            }
            case "gap" -> {
                JsonNode gap = Frames.parse(data);
                transcript.gap(gap.path("channel").asText(), gap.path("reason").asText());
            }
            case Frames.TYPE -> transcript.event(Frames.number(data), lastEventId);
            default -> {}
        }
    }

    private final class Handler extends SimpleChannelInboundHandler<HttpObject> {

        private final String cameWith = lastEventId;
        private final SseParser parser = new SseParser((id, retry, event, data) -> {
            if (id != null) {
                lastEventId = id;
            }
            if (retry >= 0) {
                retryMs = retry;
            }
            if (!event.isEmpty()) {
                dispatch(cameWith, event, data);
            }
        });

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(request());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            heard();
            if (message instanceof HttpResponse response) {
                String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
                if (response.decoderResult().isFailure()) {
                    transcript.violation("cannot read the answer: " + response.decoderResult());
                    context.close();
                } else if (response.status().code() != 200 || !type.startsWith("text/event-stream")) {
                    giveUp("was refused for good: " + response.status() + " " + type);
                    context.close();
                }
            }
            if (message instanceof HttpContent content) {
                parser.read(content.content());
                if (message instanceof LastHttpContent
                        && content.decoderResult().isSuccess()) {
                    orderlyEnds.incrementAndGet();
                    context.close();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            // Broken by the other side: what a client sees when a process was killed.
            if (!(failure instanceof java.io.IOException)) {
                transcript.violation("failed: " + failure);
            }
            breaks.incrementAndGet();
            context.close();
        }
    }
}
