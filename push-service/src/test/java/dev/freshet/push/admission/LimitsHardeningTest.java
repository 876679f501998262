package dev.freshet.push.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.LimitsProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who takes more of a pod than is meant for one is turned away, and let in again when there is room.
@QuarkusTest
@TestProfile(LimitsProfile.class)
@WithTestResource(FreshetResource.class)
class LimitsHardeningTest extends PushTest {

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");

    @BeforeEach
    void nothingIsLeftOpen() {
        awaitConnections("websocket", 0);
        awaitConnections("sse", 0);
    }

    /// Stops one account from opening connections until nobody else gets one.
    @Test
    void aUsersConnectionsOfAllTransportsAreCountedAndOneThatEndsMakesRoom() {
        double before = limited("user-connections");
        WebSocketRecorder first = connected(tokens.user(user));
        SseRecorder second = sse("/api/events/me", tokens.user(user));
        second.await("init");
        connected(tokens.user(user));

        String refusal =
                upgrade("", "Authorization: Bearer " + tokens.user(user).sign() + "\r\n");
        assertThat(refusal)
                .startsWith("HTTP/1.1 429 ")
                .containsIgnoringCase("\r\nretry-after: 5\r\n")
                .containsIgnoringCase("\r\ncontent-type: application/problem+json\r\n")
                .contains("/rate-limited\"");
        HttpResponse<String> stream = get(request("/api/events/me", tokens.user(user)));
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body())
                .matches("(?s)retry: ([2-9][0-9]{3}|10000)\n.*")
                .contains("event: unavailable\ndata: {\"status\":429,\"reason\":\"connections\"}\n\n");
        HttpResponse<String> poll = get(request("/api/channels/user:me/events", tokens.user(user)));
        assertThat(poll.statusCode()).isEqualTo(429);
        assertThat(poll.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(limited("user-connections") - before).isEqualTo(3);
        connected(tokens.user(unique("ben")));

        first.close();

        await().atMost(SseRecorder.LIMIT)
                .untilAsserted(() -> assertThat(get(request("/api/channels/user:me/events", tokens.user(user)))
                                .statusCode())
                        .isEqualTo(200));
        connected(tokens.user(user));
    }

    /// Stops more connections than the process has files, after which it could not even say so.
    @Test
    void aFullPodTurnsAwayBeforeTheTicketIsUsedUp() throws Exception {
        List<WebSocketRecorder> all = IntStream.range(0, LimitsProfile.POD)
                .mapToObj(i -> connected(tokens.user(unique("u" + i))))
                .toList();
        String ticket = ticket(user);

        assertThat(upgrade("?ticket=" + ticket, ""))
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("\r\nretry-after: 1\r\n");
        assertThat(get(request("/api/events/me?ticket=" + ticket)).body())
                .contains("event: unavailable\ndata: {\"status\":503,\"reason\":\"connections\"}\n\n");
        assertThat(get(request("/api/channels/user:me/events", tokens.user(user)))
                        .statusCode())
                .isEqualTo(503);

        all.getFirst().abort();
        await().atMost(SseRecorder.LIMIT)
                .until(() -> get(request("/api/channels/user:me/events", tokens.user(user)))
                                .statusCode()
                        == 200);
        webSocket("?ticket=" + ticket, Map.of()).next("connected");
    }

    /// Stops answers that nobody takes from filling the memory, long after their requests are over.
    @Test
    void answersThatNobodyTakesGoWithTheirConnection() {
        try (RawConnection client = RawConnection.to(root.getPort(), 4096)) {
            client.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".repeat(30_000));
            // Empty lines ask for nothing.
            await().atMost(SseRecorder.LIMIT)
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> client.send("\r\n")).isInstanceOf(UncheckedIOException.class));
        }
    }

    /// Stops the same of one who never lets his requests be over.
    @Test
    void whoGoesOnAskingWithoutTakingTheAnswersIsCutOff() {
        double before = limited("slow-requests");
        String requests = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
        try (RawConnection client = RawConnection.to(root.getPort(), 4096)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 500; i++) {
                            client.send(requests);
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class);
        }
        assertThat(limited("slow-requests")).isGreaterThan(before);
    }

    /// Stops a flood of worthless tokens, each of which costs a signature's check, and of guessed tickets.
    @Test
    void anAddressThatFailsTooOftenIsRefusedBeforeTheUpgradeAndLetInLater() throws Exception {
        double before = limited("failures");
        int failures = 0;
        String answer = from("127.0.0.2", "/ws?ticket=x", UPGRADE);
        while (answer.startsWith("HTTP/1.1 101 ")) {
            assertThat(++failures).isLessThan(3 * LimitsProfile.FAILURES);
            // What it says of its address is not believed.
            answer = from("127.0.0.2", "/ws?ticket=x", UPGRADE + "X-Forwarded-For: 10.0.0." + failures + "\r\n");
        }

        assertThat(failures).isGreaterThanOrEqualTo(LimitsProfile.FAILURES);
        assertThat(answer)
                .startsWith("HTTP/1.1 429 ")
                .containsIgnoringCase("\r\nretry-after: 2\r\n")
                .contains("/rate-limited\"");
        assertThat(limited("failures")).isGreaterThan(before);
        String good = "Authorization: Bearer " + tokens.user(user).sign() + "\r\n";
        assertThat(from("127.0.0.3", "/ws", UPGRADE + good)).startsWith("HTTP/1.1 101 ");
        await().atMost(SseRecorder.LIMIT)
                .until(() -> from("127.0.0.2", "/ws", UPGRADE + good).startsWith("HTTP/1.1 101 "));
    }

    /// Stops one bad client from ending, for good, the streams of all others behind the same address: a status
    /// would, a retry does not.
    @Test
    void aStreamOfSuchAnAddressIsUnavailableAndNotEndedForGood() throws Exception {
        String path = "/api/events/me";
        String answer = from("127.0.0.4", path, "Authorization: Bearer x\r\n");
        for (int i = 0; answer.startsWith("HTTP/1.1 401 "); i++) {
            assertThat(i).isLessThan(3 * LimitsProfile.FAILURES);
            answer = from("127.0.0.4", path, "Authorization: Bearer x\r\n");
        }

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("event: unavailable\ndata: {\"status\":429,\"reason\":\"address\"}\n\n");
    }

    /// Stops connections that say nothing, and those that say a byte now and then (slowloris), of which one
    /// machine can hold as many as the pod has files.
    @Test
    void whoDoesNotFinishARequestsHeadInTimeIsCutOff() throws Exception {
        double before = limited("slow-requests");
        RawConnection silent = raw();
        RawConnection slow = raw().send("GET /ws HTTP/1.1\r\nHost: x\r\n");
        Thread trickle = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    slow.send("X");
                    Thread.sleep(100);
                }
            } catch (RuntimeException | InterruptedException closed) {
                // As it should be.
            }
        });

        assertThat(silent.readToEnd()).isEmpty();
        assertThat(slow.readToEnd()).isEmpty();
        trickle.interrupt();
        trickle.join();
        assertThat(limited("slow-requests") - before).isGreaterThanOrEqualTo(2);
    }

    /// Stops the same behind one good request.
    @Test
    void whoHoldsAConnectionWithoutARequestIsCutOffAndAStreamIsNot() {
        SseRecorder stream = sse("/api/events/me", tokens.user(user));
        stream.await("init");
        WebSocketRecorder socket = connected(tokens.user(user));
        RawConnection idle =
                raw().send("GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\nGET /api");
        RawConnection probe = raw(0);
        assertThat(idle.readHead()).startsWith("HTTP/1.1 401 ");

        idle.readToEnd();
        probe.readToEnd();

        xadd("user:" + user, "still-here", "1");
        stream.await("still-here");
        socket.next("still-here");
    }

    /// Stops one client from filling the memory with the head of a request.
    @Test
    void aHeadOverTheLimitIsRefusedAndTheConnectionEnds() {
        RawConnection large =
                raw().send("GET /api/events HTTP/1.1\r\nHost: x\r\nX-Large: " + "a".repeat(40_000) + "\r\n\r\n");
        RawConnection many = raw().send("GET /api/events HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(7_000) + "\r\n");
        RawConnection line = raw().send("GET /api/events?" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(large.readToEnd()).startsWith("HTTP/1.1 431 ");
        assertThat(many.readToEnd()).startsWith("HTTP/1.1 431 ");
        assertThat(line.readToEnd()).contains(" 414 ");
    }

    private double limited(String limit) {
        return metric("freshet_limited_total", "limit", limit);
    }

    private String upgrade(String query, String headers) {
        RawConnection connection =
                raw().send("GET /ws" + query + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + headers + "\r\n");
        String head = connection.readHead();
        return head.startsWith("HTTP/1.1 101 ") ? head : head + connection.readThrough("}");
    }

    /// One request from an address of this machine; what is answered within the first packets.
    private String from(String address, String path, String headers) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), root.getPort(), InetAddress.getByName(address), 0)) {
            socket.setSoTimeout((int) SseRecorder.LIMIT.toMillis());
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder answer = new StringBuilder();
            while (!answer.toString().matches("(?s)HTTP/1.1 (101 .*\r\n\r\n.*|.*\r\n\r\n.*[}].*)")) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    break;
                }
                answer.append((char) next);
                int available = socket.getInputStream().available();
                answer.append(new String(socket.getInputStream().readNBytes(available), StandardCharsets.ISO_8859_1));
            }
            return answer.toString();
        }
    }
}
