package dev.freshet.push.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.OutageProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What clients see of a Redis that is down, comes back, or comes back empty.
@QuarkusTest
@TestProfile(OutageProfile.class)
@WithTestResource(
        value = FreshetResource.class,
        initArgs = {
            @ResourceArg(name = "--appendonly", value = "yes"),
            @ResourceArg(name = "--appendfsync", value = "always")
        })
class RedisOutageTest extends PushTest {

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");

    @AfterEach
    void redisIsBackAndRead() {
        if (!redis.cli("PING").equals("PONG")) {
            redis.restart();
        }
        String name = unique("probe");
        SseRecorder probe = openOnceRedisIsBack("/api/broadcasts/" + name + "/events");
        xadd("broadcast:" + name, "a", "1");
        probe.await("a");
    }

    @Test
    void connectionsOutliveRedisAndEventsFlowAgain() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        WebSocketRecorder socket = connected(tokens.user(user));
        stream.next();
        xadd("user:" + user, "before", "1");
        Frame before = stream.next();
        socket.next("before");

        redis.kill();

        assertThat(freshHeartbeat(stream).id()).isEqualTo(before.id());
        assertThat(stream.heartbeat().id()).isEqualTo(before.id());
        socket.send("{\"type\":\"leave-room\",\"payload\":\"x\",\"id\":\"1\"}");
        socket.next("left-room");
        socket.next("ack");
        assertThat(ready()).isTrue();

        redis.restart();
        String id = xadd("user:" + user, "after", "2");

        Frame after = stream.next();
        assertThat(after.event()).isEqualTo("after");
        assertThat(after.id()).isEqualTo(wireId("user:" + user, id));
        // A restarted server may have lost its end, so its ids have another epoch; but here nothing is missing.
        assertThat(epochOf(after)).isNotEqualTo(epochOf(before));
        socket.next("after");
        stream.assertExhausted();
        socket.assertExhausted();
        assertThat(ready()).isTrue();
    }

    @Test
    void aMessageThatCannotBeAppendedIsAnErrorThatSaysSo() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:a"));
        redis.kill();

        socket.send("{\"type\":\"room-message\",\"room\":\"a\",\"payload\":1,\"id\":\"1\"}");
        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + "A".repeat(43) + "\"},\"id\":\"2\"}");

        for (String id : new String[] {"1", "2"}) {
            JsonNode error = socket.next("error").payload();
            assertThat(error.path("id").textValue()).isEqualTo(id);
            assertThat(error.path("code").textValue()).isEqualTo("unavailable");
        }
        redis.restart();
        await().atMost(SseRecorder.LIMIT).until(() -> {
            socket.send("{\"type\":\"room-message\",\"room\":\"a\",\"payload\":1,\"id\":\"3\"}");
            return socket.await(answer -> answer.payload().path("id").asText().equals("3"))
                    .type()
                    .equals("ack");
        });
    }

    @Test
    void aTicketCannotBeCheckedWithoutRedisSoTheStreamSaysWhenToComeBack() {
        redis.kill();

        for (int i = 0; i < 3; i++) {
            SseRecorder stream = sse(request("/api/events/me?ticket=" + "A".repeat(43)));
            Frame unavailable = stream.next();
            assertThat(unavailable.event()).isEqualTo("unavailable");
            assertThat(unavailable.id()).isNull();
            assertThat(unavailable.retryMs()).isBetween(2000, 10_000);
            assertThat(json(unavailable.data()).path("status").intValue()).isEqualTo(503);
            assertThat(json(unavailable.data()).path("reason").textValue()).isNotEmpty();
            stream.awaitEnd();
            stream.assertExhausted();
        }
    }

    @Test
    void aTokenCannotBeCheckedWithoutRedisSoNobodyIsLetInWhoWasDisconnected() {
        redis.kill();

        SseRecorder refused = sse("/api/events/me", tokens.user(user));
        Frame unavailable = refused.next();
        assertThat(unavailable.event()).isEqualTo("unavailable");
        assertThat(unavailable.retryMs()).isBetween(2000, 10_000);
        assertThat(json(unavailable.data()).path("reason").textValue()).isEqualTo("redis");
        refused.awaitEnd();
        assertThat(get(request("/api/channels/user:" + user + "/events", tokens.user(user)))
                        .statusCode())
                .isEqualTo(503);

        redis.restart();
        SseRecorder stream = openOnceRedisIsBack("/api/events/me");
        xadd("user:" + user, "a", "1");
        assertThat(stream.next().event()).isEqualTo("a");
        stream.assertExhausted();
    }

    @Test
    void aWebSocketWithATicketIsRefusedWith503BeforeTheUpgrade() {
        redis.kill();

        RawConnection connection =
                raw().send("GET /ws?ticket=" + "A".repeat(43) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");

        assertThat(connection.readHead())
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("\r\nretry-after: ")
                .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n");
        assertThat(connection.readThrough("}")).contains("/unavailable\"");
    }

    @Test
    void aTicketOpensAConnectionAgainOnceRedisIsBack() {
        redis.kill();
        sse(request("/api/events/me?ticket=" + "A".repeat(43))).next();
        redis.restart();

        await().atMost(SseRecorder.LIMIT)
                .until(() -> sse(request("/api/events/me?ticket=" + ticket(user)))
                        .next()
                        .event()
                        .equals("init"));
        webSocket("?ticket=" + ticket(user), Map.of()).next("connected");
    }

    @Test
    void aLogThatIsGoneIsAResetAndTheNewOneIsFollowed() {
        SseRecorder stream = sse("/api/events/me?channels=broadcast:" + user, tokens.user(user));
        WebSocketRecorder socket = connected(tokens.user(user));
        stream.next();
        xadd("user:" + user, "before", "1");
        Frame before = stream.next();
        socket.next("before");

        redis.cli("FLUSHALL");

        Frame first = stream.next();
        Frame second = stream.next();
        assertThat(first.event()).isEqualTo("gap");
        assertThat(second.event()).isEqualTo("gap");
        assertThat(first.id()).isEqualTo("0-0~" + epoch(0)).isEqualTo(second.id());
        assertThat(java.util.Set.of(first.data(), second.data()))
                .containsExactlyInAnyOrder(
                        "{\"channel\":\"user:" + user + "\",\"reason\":\"reset\"}",
                        "{\"channel\":\"broadcast:" + user + "\",\"reason\":\"reset\"}");
        assertThat(socket.next("gap").payload().path("reason").textValue()).isEqualTo("reset");

        String id = xadd("user:" + user, "after", "2");
        Frame after = stream.next();
        assertThat(after.event()).isEqualTo("after");
        assertThat(after.id()).isEqualTo(wireId("user:" + user, id));
        assertThat(after.id())
                .doesNotEndWith(Objects.requireNonNull(before.id()).split("~")[1]);
        socket.next("after");
        stream.assertExhausted();
        socket.assertExhausted();

        SseRecorder late = sse("/api/events/me?lastEventId=" + before.id(), tokens.user(user));
        late.next();
        assertThat(json(late.next().data()).path("reason").textValue()).isEqualTo("reset");
    }

    @Test
    void aPausedRedisIsAnOutageToo() throws Exception {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.next();
        String process = redis.cli("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("process_id:"))
                .findFirst()
                .orElseThrow()
                .substring("process_id:".length())
                .strip();

        new ProcessBuilder("kill", "-STOP", process).start().waitFor();
        try {
            assertThat(sse(request("/api/events/me?ticket=" + "A".repeat(43)))
                            .next()
                            .event())
                    .isEqualTo("unavailable");
            freshHeartbeat(stream);
            assertThat(ready()).isTrue();
        } finally {
            new ProcessBuilder("kill", "-CONT", process).start().waitFor();
        }

        xadd("user:" + user, "after", "1");
        assertThat(stream.next().event()).isEqualTo("after");
        stream.assertExhausted();
    }

    @Test
    void theServiceIsReadyAndStaysSoWithoutRedis() {
        assertThat(ready()).isTrue();

        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        redis.kill();
        // Longer than a tail may be without an answer before it counts as stuck.
        for (int i = 0; i < 16; i++) {
            stream.heartbeat();
            assertThat(ready()).isTrue();
        }

        redis.restart();
        assertThat(ready()).isTrue();
    }

    /// A stream whose `init` is read.
    private SseRecorder openOnceRedisIsBack(String path) {
        return await().atMost(SseRecorder.LIMIT)
                .until(
                        () -> sse(path, tokens.user(user)),
                        stream -> stream.next().event().equals("init"));
    }

    private boolean ready() {
        HttpResponse<String> answer = get(HttpRequest.newBuilder(management.at("/q/health/ready")));
        JsonNode health = json(answer.body());
        assertThat(health.path("checks").findValuesAsText("name")).contains("log", "tail");
        return answer.statusCode() == 200 && health.path("status").asText().equals("UP");
    }

    /// One that was written after this call, and not one that was there already.
    private static String epochOf(Frame frame) {
        String id = Objects.requireNonNull(frame.id());
        return id.substring(id.indexOf('~'));
    }

    private static Frame freshHeartbeat(SseRecorder stream) {
        long now = System.currentTimeMillis();
        while (true) {
            Frame heartbeat = stream.heartbeat();
            if (json(heartbeat.data()).path("timestamp").longValue() > now) {
                return heartbeat;
            }
        }
    }
}
