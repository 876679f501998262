package dev.freshet.push.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.DrainProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.SseRecorder.Frame;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A whole drain, as clients, probes and gateways see it. One test, for a drain is for good; the process's exit is
/// what `DrainIT` looks at.
@QuarkusTest
@TestProfile(DrainProfile.class)
@WithTestResource(FreshetResource.class)
class DrainTest extends PushTest {

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static final int STREAMS = 20;
    private static final int SOCKETS = 10;

    private final String room = unique("room");
    private final String user = unique("ada");

    @Inject
    Drain drain;

    @Test
    void aDrainAcceptsThenRefusesAndEndsEveryConnectionInWavesWithoutALoss() {
        List<SseRecorder> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(stream());
        }
        List<WebSocketRecorder> sockets = new ArrayList<>();
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(connected(tokens.user(user)));
        }
        RawConnection raw = raw().send(get("/api/events/me"));
        raw.readHead();
        raw.readThrough("\n\n");
        assertThat(isReady()).isTrue();

        long began = System.nanoTime();
        Future<Void> over = drain.begin();

        assertThat(isReady()).as("ready at once after the signal").isFalse();
        // All goes on as ever: for who is there, and for who comes.
        streams.add(stream());
        sockets.add(connected(tokens.user(user)));
        xadd("room:" + room, "while-accepting", "1");
        streams.forEach(stream -> assertThat(stream.next().event()).isEqualTo("while-accepting"));
        xadd("user:" + user, "while-accepting", "1");
        sockets.forEach(socket -> socket.next("while-accepting"));
        assertThat(streams).noneMatch(SseRecorder::hasEnded);
        assertThat(sockets).noneMatch(WebSocketRecorder::isClosed);

        String ticket = ticket(user);
        await().atMost(SseRecorder.LIMIT).until(this::isRefusing);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        refusesWithoutUsingATicket(ticket);

        // Somebody is still there, and misses nothing.
        xadd("room:" + room, "while-draining", "2");
        long stayed = streams.stream().filter(this::sawTheLast).count();
        assertThat(stayed)
                .as("streams that were open in the middle of the window")
                .isPositive();

        sockets.forEach(socket -> assertThat(socket.awaitClose().code()).isEqualTo(1012));
        streams.forEach(SseRecorder::awaitEnd);
        streams.forEach(SseRecorder::assertExhausted);
        assertThat(raw.readToEnd()).contains("retry: ").endsWith("0\r\n\r\n");
        await().atMost(SseRecorder.LIMIT).until(over::isComplete);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("waves are spread, not a stampede")
                .isGreaterThan(Duration.ofSeconds(5));
        assertThat(metric("freshet_connections_drained_total", "transport", "sse"))
                .isEqualTo(STREAMS + 2);
        assertThat(metric("freshet_connections_drained_total", "transport", "websocket"))
                .isEqualTo(SOCKETS + 1);
        assertThat(metric("freshet_connections", "transport", "sse")).isZero();
        assertThat(metric("freshet_connections", "transport", "websocket")).isZero();
        assertThat(isReady()).isFalse();
    }

    private SseRecorder stream() {
        SseRecorder stream =
                sse("/api/rooms/" + room + "/events", tokens.user(unique("eve")).channels("room:*"));
        assertThat(stream.next().event()).isEqualTo("init");
        return stream;
    }

    /// Its last frames: what was published in the middle of the window if it was open then, and the farewell.
    private boolean sawTheLast(SseRecorder stream) {
        Frame frame = stream.next();
        boolean saw = frame.event().equals("while-draining");
        if (saw) {
            frame = stream.next();
        }
        assertThat(frame.event()).isEmpty();
        assertThat(frame.id()).isNull();
        assertThat(frame.retryMs()).isBetween(500, 1500);
        return saw;
    }

    private boolean isRefusing() {
        return upgrade("unknown").startsWith("HTTP/1.1 503 ");
    }

    private void refusesWithoutUsingATicket(String ticket) {
        assertThat(upgrade(ticket))
                .containsIgnoringCase("\r\nretry-after: ")
                .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                .contains("/unavailable\"");
        SseRecorder stream = sse(request("/api/events/me?ticket=" + ticket));
        Frame frame = stream.next();
        assertThat(frame.event()).isEqualTo("unavailable");
        assertThat(frame.data()).isEqualTo("{\"status\":503,\"reason\":\"draining\"}");
        assertThat(frame.retryMs()).isBetween(2_000, 10_000);
        stream.awaitEnd();
        stream.assertExhausted();
        assertThat(raw().send(get("/api/events/me")).readToEnd())
                .as("the connection ends with the refusal, so that a proxy does not keep it")
                .startsWith("HTTP/1.1 200 ")
                .contains("event: unavailable\n");
        assertThat(raw().send(get("/api/events/me").replace("GET", "HEAD")).readToEnd())
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n");
        assertThat(redis.cli(
                        "EXISTS",
                        dev.freshet.contract.log.Keys.ticket(new dev.freshet.contract.ticket.Ticket(ticket).hash())))
                .as("the ticket is there for another pod")
                .isEqualTo("1");
    }

    private String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + tokens.user(user).sign() + "\r\n\r\n";
    }

    /// Refused: the whole answer. Else its head, and the connection goes on.
    private String upgrade(String ticket) {
        RawConnection connection =
                raw().send("GET /ws?ticket=" + ticket + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
        String head = connection.readHead();
        return head.startsWith("HTTP/1.1 101 ") ? head : head + connection.readToEnd();
    }

    private boolean isReady() {
        return get(HttpRequest.newBuilder(management.at("/q/health/ready"))).statusCode() == 200;
    }
}
