package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.PushTest;
import dev.freshet.push.SlowProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/// Readers that take nothing for a while, where such skip to what is new.
@QuarkusTest
@TestProfile(SlowProfile.class)
@WithTestResource(FreshetResource.class)
class SlowReaderSkipTest extends PushTest {

    private final String user = unique("ada");

    @Test
    void aStreamThatWasTooFarBehindGoesOnWithOneGapAndWhatIsNew() {
        RawConnection slow = raw(4096)
                .send("GET /api/events/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + tokens.user(user).sign() + "\r\n\r\n");
        slow.readHead();
        double before = metric("freshet_gaps_total", "reason", "lagging");
        for (int batch = 0; batch < 40; batch++) {
            lua("for i = 1, 10 do redis.call('XADD', 'events:{0}', '*', 'channel', 'user:" + user
                    + "', 'type', 'a', 'payload', '\"'..string.rep('x', 60000)..'\"') end");
        }
        await().atMost(SseRecorder.LIMIT)
                .until(() -> metric("freshet_slowest_lag_events") > 20 && metric("freshet_slowest_lag_seconds") > 1);
        assertThat(metric("freshet_connections", "transport", "sse")).isEqualTo(1);

        String upToTheGap = slow.readThrough("\"reason\":\"lagging\"}\n\n");
        String id = xadd("user:" + user, "new", "1");
        String rest = slow.readThrough("data: 1\n\n");

        assertThat(upToTheGap).contains("event: gap\ndata: {\"channel\":\"user:" + user + "\"");
        assertThat(rest)
                .contains("id: " + wireId("user:" + user, id) + "\nevent: new\n")
                .doesNotContain("event: a\n");
        assertThat(metric("freshet_gaps_total", "reason", "lagging")).isEqualTo(before + 1);
        assertThat(metric("freshet_errors_total", "kind", "slow-reader")).isZero();
        await().atMost(SseRecorder.LIMIT).until(() -> metric("freshet_slowest_lag_events") == 0);
    }
}
