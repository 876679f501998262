package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.LimitsProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A user who publishes over WebSockets more than is meant for one.
@QuarkusTest
@TestProfile(LimitsProfile.class)
@WithTestResource(FreshetResource.class)
class PublishRateHardeningTest extends PushTest {

    /// Of each connection: less than it may say, and two of them more than their user may publish.
    private static final int EACH = LimitsProfile.MESSAGES - 2;

    private final String user = unique("ada");
    private final String room = unique("den");

    /// Stops one account from filling the log by several connections, each of which is below its own rate.
    @Test
    void connectionsOfOneUserTogetherPublishNoMoreThanTheUserMayAndOthersGoOn() {
        double before = metric("freshet_limited_total", "limit", "publishes");
        List<WebSocketRecorder> sockets = List.of(member(user), member(user));
        for (int i = 0; i < EACH; i++) {
            for (int s = 0; s < sockets.size(); s++) {
                sockets.get(s).send(roomMessage(user + "-" + s + "-" + i));
            }
        }

        List<String> acks = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (int s = 0; s < sockets.size(); s++) {
            for (int i = 0; i < EACH; i++) {
                WebSocketRecorder.Message answer = sockets.get(s).next();
                String id = user + "-" + s + "-" + i;
                // In the order in which they were sent, whatever becomes of each.
                assertThat(answer.payload().path("id").textValue()).isEqualTo(id);
                if (answer.type().equals("ack")) {
                    acks.add(id);
                } else {
                    assertThat(answer.payload().path("code").textValue()).isEqualTo("rate-limited");
                    errors.add(id);
                }
            }
        }
        // One token comes in ten seconds.
        assertThat(acks).hasSizeBetween(LimitsProfile.PUBLISHES, LimitsProfile.PUBLISHES + 2);
        assertThat(errors).isNotEmpty();
        assertThat(metric("freshet_limited_total", "limit", "publishes") - before)
                .isEqualTo(errors.size());
        assertThat(redis.cli("EXISTS", Keys.rateLimit("publish", user))).isEqualTo("1");

        WebSocketRecorder other = member(unique("ben"));
        other.send(roomMessage("other"));
        other.next("ack");

        String log = redis.cli("XRANGE", "events:{0}", "-", "+");
        assertThat(acks).allMatch(id -> log.contains("\"n\":\"" + id + "\""));
        assertThat(errors).noneMatch(id -> log.contains("\"n\":\"" + id + "\""));
    }

    /// Stops the same by the other messages that are appended.
    @Test
    void directMessagesAndThoseForBackendServicesCountToo() {
        WebSocketRecorder first = member(user);
        WebSocketRecorder second = member(user);
        for (int i = 0; i < EACH; i++) {
            first.send(roomMessage("r" + i));
            first.next("ack");
        }
        for (int i = EACH; i < LimitsProfile.PUBLISHES + 2; i++) {
            second.send(roomMessage("r" + i));
            second.next();
        }
        String inbound = redis.cli("XLEN", Keys.inbound("sensor-reading"));
        String to = unique("cyd");

        WebSocketRecorder third = member(user);
        third.send("{\"type\":\"direct-message\",\"payload\":{\"to\":\"" + to + "\"},\"id\":\"d\"}");
        assertRateLimited(third, "d");
        third.send("{\"type\":\"sensor-reading\",\"payload\":1,\"id\":\"s\"}");
        assertRateLimited(third, "s");

        assertThat(redis.cli("XRANGE", "events:{0}", "-", "+")).doesNotContain(to);
        assertThat(redis.cli("XLEN", Keys.inbound("sensor-reading"))).isEqualTo(inbound);
    }

    /// Stops refusals from using up what a user may publish, and the limit from holding up the platform's own
    /// services.
    @Test
    void whatIsRefusedAnywayCostsNothingAndBackendServicesAreNotLimited() {
        WebSocketRecorder socket = member(user);
        for (int i = 0; i < EACH; i++) {
            socket.send("{\"type\":\"room-message\",\"room\":\"forbidden\",\"payload\":1,\"id\":\"" + i + "\"}");
            assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("forbidden");
        }
        assertThat(redis.cli("EXISTS", Keys.rateLimit("publish", user))).isEqualTo("0");

        for (int s = 0; s < 2; s++) {
            WebSocketRecorder service =
                    connected(tokens.user(user).channels("room:" + room).groups("publisher"));
            for (int i = 0; i < EACH; i++) {
                service.send(roomMessage(s + "-" + i));
                service.next("ack");
            }
        }
        assertThat(redis.cli("EXISTS", Keys.rateLimit("publish", user))).isEqualTo("0");
    }

    private WebSocketRecorder member(String name) {
        return connected(tokens.user(name).channels("room:" + room).publish("user:*"));
    }

    private String roomMessage(String id) {
        return "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":{\"n\":\"" + id + "\"},\"id\":\"" + id
                + "\"}";
    }

    private static void assertRateLimited(WebSocketRecorder socket, String id) {
        JsonNode error = socket.next("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo(id);
        assertThat(error.path("code").textValue()).isEqualTo("rate-limited");
    }
}
