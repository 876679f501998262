package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.LagProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Readers that take nothing, where such are ended: between beats, by what they are behind.
@QuarkusTest
@TestProfile(LagProfile.class)
@WithTestResource(FreshetResource.class)
class SlowReaderTest extends PushTest {

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");

    /// Stops a client that takes nothing from keeping a place and what the system buffers for it.
    @Test
    void aStreamThatTakesNothingIsCutAlthoughItNeverReadsAgain() {
        open("GET /api/events/me");
        awaitConnections("sse", 1);
        double before = metric("freshet_errors_total", "kind", "slow-reader");

        flood();

        awaitConnections("sse", 0);
        assertThat(metric("freshet_errors_total", "kind", "slow-reader")).isEqualTo(before + 1);
        assertSocketsAreGone();
    }

    /// Stops the same over a WebSocket, where a close frame would wait for ever.
    @Test
    void aWebSocketThatTakesNothingIsCutAlthoughItNeverReadsAgain() {
        open("GET /ws");
        awaitConnections("websocket", 1);
        double before = metric("freshet_errors_total", "kind", "slow-reader");

        flood();

        awaitConnections("websocket", 0);
        assertThat(metric("freshet_errors_total", "kind", "slow-reader")).isEqualTo(before + 1);
        assertSocketsAreGone();
    }

    @Test
    void aStreamThatReadsAgainInTimeIsToldToComeBack() {
        // With a buffer of the usual size: a tiny one takes long to get going again.
        RawConnection slow = open("GET /api/events/me", 0);
        double before = metric("freshet_errors_total", "kind", "slow-reader");
        // Beside it, for the time to read the farewell begins in the midst of the flood.
        CompletableFuture<Void> flood = CompletableFuture.runAsync(this::flood);
        await().atMost(SseRecorder.LIMIT).until(() -> metric("freshet_errors_total", "kind", "slow-reader") > before);

        String all = slow.readToEnd();
        flood.join();

        // What its sockets had room for, then the farewell: nothing came out of order in between.
        assertThat(all).contains("event: a\n");
        assertThat(all).containsPattern("\nretry: [0-9]+\n\n\r\n0\r\n\r\n$");
    }

    @Test
    void theWindowsAgeIsTold() {
        flood();

        await().atMost(SseRecorder.LIMIT).until(() -> metric("freshet_window_age_seconds", "partition", "0") > 0);
        assertThat(metric("freshet_window_age_seconds", "partition", "0")).isLessThan(600);
    }

    /// Far more than the sockets' buffers of both sides hold.
    private void flood() {
        for (int batch = 0; batch < 40; batch++) {
            lua("for i = 1, 10 do redis.call('XADD', 'events:{0}', '*', 'channel', 'user:" + user
                    + "', 'type', 'a', 'payload', '\"'..string.rep('x', 60000)..'\"') end");
        }
    }

    private RawConnection open(String request) {
        return open(request, 4096);
    }

    private RawConnection open(String request, int receiveBuffer) {
        RawConnection connection = raw(receiveBuffer)
                .send(request + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + tokens.user(user).sign() + "\r\n" + (request.endsWith("/ws") ? UPGRADE : "") + "\r\n");
        connection.readHead();
        return connection;
    }

    /// The server's side: a socket that waits for its peer would be there still, with all that waits for it.
    private void assertSocketsAreGone() {
        await().atMost(SseRecorder.LIMIT).until(() -> openSockets() == 0);
    }

    /// Of this process's, those at the service's port that are established.
    private long openSockets() throws java.io.IOException {
        String port = ":%04X ".formatted(root.getPort());
        try (var lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/net/tcp"))) {
            return lines.map(line -> line.trim().split(" +"))
                    .filter(fields -> (fields[1] + " ").endsWith(port) && fields[3].equals("01"))
                    .count();
        }
    }
}
