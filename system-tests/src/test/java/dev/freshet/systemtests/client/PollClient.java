package dev.freshet.systemtests.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.systemtests.checker.Transcript;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Behaves as a page that polls one channel: it asks for what came behind its cursor, which may take a while, and then
/// asks again.
public final class PollClient extends Client {

    private static final int WAIT_SECONDS = 5;
    private static final int MIN_PAUSE_MS = 100;
    private static final int MAX_PAUSE_MS = 500;
    private static final int MAX_ANSWER = 8 << 20;

    /// After which it tries again.
    private static final Set<Integer> FOR_NOW = Set.of(429, 502, 503);

    private final String token;
    private final String channel;
    private String cursor = "";
    private StreamId last = StreamId.ZERO;

    PollClient(EventLoop loop, Route route, String token, Transcript transcript, Random random) {
        super(loop, route, transcript, random);
        this.token = token;
        this.channel = transcript.channels().iterator().next();
    }

    @Override
    int pauseMs() {
        return random.nextInt(MIN_PAUSE_MS, MAX_PAUSE_MS);
    }

    @Override
    void initialize(Channel connection) {
        connection.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER), new Handler());
    }

    private void ask(ChannelHandlerContext context) {
        String query = cursor.isEmpty() ? "" : "?wait=" + WAIT_SECONDS + "&after=" + cursor;
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, "/api/channels/" + channel + "/events" + query);
        request.headers().set(HttpHeaderNames.HOST, "localhost").set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
        context.writeAndFlush(request);
    }

    private void read(JsonNode answer) {
        String next = answer.path("cursor").asText();
        if (cursor.isEmpty()) {
            // What was there before is none of its business.
            cursor = next;
            transcript.connected(cursor, "", null);
            greeted();
            return;
        }
        boolean gap = answer.hasNonNull("gap");
        if (gap) {
            transcript.gap(channel, answer.path("gap").asText(), cursor);
        }
        cursor = next;
        for (JsonNode event : answer.path("events")) {
            String id = event.path("id").asText();
            StreamId place = EventId.parse(id).position();
            // Behind a gap come the newest, whether or not they were there before.
            boolean known = gap && place.compareTo(last) <= 0;
            if (!known && event.path("type").asText().equals(Frames.TYPE)) {
                last = place;
                transcript.event(event.path("payload").path("n").asInt(-1), id);
            }
        }
    }

    private final class Handler extends SimpleChannelInboundHandler<FullHttpResponse> {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (!cursor.isEmpty()) {
                transcript.connected(cursor, cursor, null);
                greeted();
            }
            ask(context);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            heard();
            int status = response.status().code();
            if (status == 200) {
                read(Frames.parse(response.content().toString(StandardCharsets.UTF_8)));
                ask(context);
            } else if (FOR_NOW.contains(status)) {
                var unused = loop.schedule(() -> ask(context), pauseMs(), TimeUnit.MILLISECONDS);
            } else {
                giveUp("was refused: " + response.status());
                context.close();
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
