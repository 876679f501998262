package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.BusyProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// WebSockets over many partitions, with short pings and little room for slow readers.
@QuarkusTest
@TestProfile(BusyProfile.class)
@WithTestResource(FreshetResource.class)
class WebSocketBusyTest extends PushTest {

    @Override
    protected int partitions() {
        return BusyProfile.PARTITIONS;
    }

    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private final String user = unique("ada");

    @Test
    void connectedNamesAPlaceInEveryPartition() {
        WebSocketRecorder socket = webSocket("?ticket=" + ticket(user), Map.of());

        assertThat(socket.next("connected").payload().path("cursor").textValue().split("_"))
                .hasSize(BusyProfile.PARTITIONS);
    }

    @Test
    void aConnectionThatAnswersNoPingsIsEndedAfterTwo() {
        awaitConnections("websocket", 0);
        double before = metric("freshet_errors_total", "kind", "dead-connection");
        RawConnection dead =
                raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
        dead.readHead();
        dead.readThrough("}}");

        long opened = System.nanoTime();
        String rest = dead.readToEnd(Duration.ofSeconds(15));

        // Two pings, and no third.
        assertThat(rest).startsWith("\u0089\0\u0089\0").hasSizeLessThanOrEqualTo(8);
        assertThat(Duration.ofNanos(System.nanoTime() - opened)).isLessThan(Duration.ofSeconds(9));
        awaitConnections("websocket", 0);
        assertThat(metric("freshet_errors_total", "kind", "dead-connection")).isEqualTo(before + 1);
    }

    @Test
    void aConnectionThatAnswersPingsStays() {
        WebSocketRecorder alive = connected(tokens.user(user));
        RawConnection dead =
                raw().send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
        dead.readHead();

        dead.readToEnd(Duration.ofSeconds(15));
        xadd("user:" + user, "a", "1");
        alive.next("a");
        assertThat(alive.isClosed()).isFalse();
    }

    @Test
    void everyoneMaySendDirectMessagesWhereTheOperatorSaysSo() {
        String other = unique("bob");
        WebSocketRecorder sender = connected(tokens.user(user));
        WebSocketRecorder receiver = connected(tokens.user(other));

        sender.send("{\"type\":\"direct-message\",\"payload\":{\"to\":\"" + other + "\"},\"id\":\"1\"}");

        sender.next("ack");
        assertThat(receiver.next("direct-message").payload().path("from").textValue())
                .isEqualTo(user);
    }

    @Test
    void aReaderThatNeverReadsIsClosedWhileOthersReceiveEverything() {
        awaitConnections("websocket", 0);
        RawConnection stalled =
                raw(4096).send("GET /ws?ticket=" + ticket(user) + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + "\r\n");
        stalled.readHead();
        stalled.readThrough("}}");
        WebSocketRecorder reader = connected(tokens.user(user));
        double before = metric("freshet_errors_total", "kind", "slow-reader");

        String key = "events:{" + partition("user:" + user) + "}";
        for (int batch = 0; batch < 40; batch++) {
            lua("for i = 1, 10 do redis.call('XADD', '" + key + "', '*', 'channel', 'user:" + user
                    + "', 'type', 'a', 'payload', '\"'..string.rep('x', 60000)..'\"') end");
            for (int i = 0; i < 10; i++) {
                assertThat(reader.next("a").payload().textValue()).hasSize(60000);
            }
        }

        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(metric("freshet_errors_total", "kind", "slow-reader"))
                        .isEqualTo(before + 1));
        stalled.readToEnd();
        awaitConnections("websocket", 1);
        assertThat(reader.isClosed()).isFalse();
    }

    @Test
    void aConnectionWithATokenInTheQueryIsLetInWhereTheOperatorAllowsIt() {
        webSocket("?token=" + tokens.user(user).sign(), Map.of()).next("connected");
    }
}
