package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Who says that he leaves is not waited for.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class LeaveTest extends PushTest {

    private final String room = unique("room");

    @Test
    void leaveRoomIsToldAtOnce() {
        WebSocketRecorder watcher = joined(unique("ada"));
        WebSocketRecorder leaver = joined(unique("bob"));
        told(watcher, "user-joined");
        long before = System.nanoTime();
        leaver.send("{\"type\":\"leave-room\",\"payload\":\"" + room + "\"}");
        leaver.next("left-room");
        told(watcher, "user-left");
        // The grace of who only lost his connection is 10 s.
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void whoStaysSubscribedDoesNotLeave() {
        WebSocketRecorder watcher = joined(unique("ada"));
        WebSocketRecorder leaver = joined(unique("bob"));
        told(watcher, "user-joined");
        String channel = "{\"channel\":\"room:" + room + "\"}";
        leaver.send("{\"type\":\"subscribe\",\"payload\":" + channel + "}");
        leaver.next("subscribed");
        leaver.send("{\"type\":\"leave-room\",\"payload\":\"" + room + "\"}");
        leaver.next("left-room");
        xadd("room:" + room, "marker", "1");
        watcher.next("marker");
        watcher.assertPresenceExhausted();
        leaver.send("{\"type\":\"unsubscribe\",\"payload\":" + channel + "}");
        told(watcher, "user-left");
    }

    private static WebSocketRecorder.Message told(WebSocketRecorder watcher, String type) {
        WebSocketRecorder.Message message = watcher.presence();
        assertThat(message.type()).isEqualTo(type);
        return message;
    }

    private WebSocketRecorder joined(String name) {
        WebSocketRecorder socket = connected(tokens.user(name).channels("room:*"));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        socket.next("joined-room");
        socket.next("message-history");
        return socket;
    }
}
