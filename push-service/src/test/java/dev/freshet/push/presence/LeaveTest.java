package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;

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
class LeaveTest extends RoomTest {

    @Test
    void leaveRoomIsToldAtOnce() {
        WebSocketRecorder watcher = joined(ada);
        WebSocketRecorder leaver = joined(bob);
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
        WebSocketRecorder watcher = joined(ada);
        WebSocketRecorder leaver = joined(bob);
        told(watcher, "user-joined");
        String payload = "{\"channel\":\"" + channel + "\"}";
        leaver.send("{\"type\":\"subscribe\",\"payload\":" + payload + "}");
        leaver.next("subscribed");
        leaver.send("{\"type\":\"leave-room\",\"payload\":\"" + room + "\"}");
        leaver.next("left-room");
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
        leaver.send("{\"type\":\"unsubscribe\",\"payload\":" + payload + "}");
        told(watcher, "user-left");
    }
}
