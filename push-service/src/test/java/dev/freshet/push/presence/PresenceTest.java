package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.PresenceScripts;
import dev.freshet.push.PresenceProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Who is told that somebody came or went, and what is answered to who asks.
@QuarkusTest
@TestProfile(PresenceProfile.class)
@WithTestResource(FreshetResource.class)
class PresenceTest extends RoomTest {

    @Test
    void aUserWithSeveralConnectionsComesAndGoesOnce() {
        WebSocketRecorder watcher = joined(ada);

        SseRecorder stream = sse("/api/rooms/" + room + "/events", user(bob));
        stream.next();
        assertThat(told(watcher, "user-joined").text())
                .contains("\"payload\":{\"id\":\"" + bob + "\",\"userId\":\"" + bob + "\"},\"room\":\"" + room + "\"");
        WebSocketRecorder first = joined(bob);
        WebSocketRecorder second = connected(user(bob));
        second.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"" + channel + "\"}}");
        second.next("subscribed");

        stream.close();
        first.close();
        awaitConnections("sse", 0);
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
        second.next("marker");
        second.assertPresenceExhausted();

        second.close();
        assertThat(told(watcher, "user-left").payload().path("userId").textValue())
                .isEqualTo(bob);
        watcher.assertPresenceExhausted();
    }

    @Test
    void nobodyIsToldOfHimself() {
        WebSocketRecorder first = joined(ada);
        SseRecorder second = sse("/api/rooms/" + room + "/events", user(ada));
        second.next();
        marker();
        first.next("marker");
        second.next();
        first.assertPresenceExhausted();
        second.assertPresenceExhausted();
    }

    @Test
    void whoComesBackAtOnceWasNeverAway() {
        WebSocketRecorder watcher = joined(ada);
        joined(bob).close();
        told(watcher, "user-joined");
        awaitConnections("websocket", 1);
        joined(bob);
        awaitGrace();
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
    }

    @Test
    void aStreamThatAsksForItIsNoPresence() {
        WebSocketRecorder watcher = joined(ada);
        SseRecorder stream = sse("/api/rooms/" + room + "/events?presence=false", user(bob));
        stream.next();
        assertThat(names(snapshot("/api/rooms/" + room + "/presence", ada))).containsExactly(ada);
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
        assertThat(get(request("/api/rooms/" + room + "/events?presence=no", user(bob)))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void documentsHavePresenceToo() {
        SseRecorder watcher = sse("/api/documents/" + room + "/events", user(ada));
        watcher.next();
        SseRecorder stream = sse("/api/documents/" + room + "/events", user(bob));
        stream.next();
        assertThat(watcher.presence().data()).isEqualTo("{\"id\":\"" + bob + "\",\"userId\":\"" + bob + "\"}");
        assertThat(names(snapshot("/api/documents/" + room + "/presence", ada))).containsExactlyInAnyOrder(ada, bob);
        stream.close();
        assertThat(watcher.presence().event()).isEqualTo("user-left");
    }

    @Test
    void broadcastsAndUsersHaveNone() {
        sse("/api/broadcasts/" + room + "/events", user(ada)).next();
        assertThat(redis.cli("KEYS", "presence:*broadcast*")).isEmpty();
        assertThat(get(request("/api/broadcasts/" + room + "/presence", user(ada)))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aCrowdIsToldItsCount() {
        WebSocketRecorder watcher = joined(ada);
        IntStream.range(0, PresenceProfile.CROWD - 1).forEach(i -> {
            joined("u" + i);
            told(watcher, "user-joined");
        });
        IntStream.range(0, 4).forEach(i -> joined("v" + i));
        int count = 0;
        int messages = 0;
        while (count < PresenceProfile.CROWD + 4) {
            count = told(watcher, "presence-changed").payload().path("count").intValue();
            messages++;
        }
        assertThat(messages).isLessThanOrEqualTo(4);
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
    }

    @Test
    void whatRedisLostIsSaidAgain() {
        WebSocketRecorder watcher = joined(ada);
        joined(bob);
        told(watcher, "user-joined");
        redis.cli("DEL", key(), Keys.presencePods(partition(channel)));
        Set<String> told = new HashSet<>();
        told.add(told(watcher, "user-joined").payload().path("userId").textValue());
        assertThat(told).containsExactly(bob);
        await().untilAsserted(() -> assertThat(names(snapshot("/api/rooms/" + room + "/presence", ada)))
                .containsExactlyInAnyOrder(ada, bob));
    }

    @Test
    void aPodThatWasTakenForDeadComesBackSilently() {
        WebSocketRecorder watcher = joined(ada);
        joined(bob);
        told(watcher, "user-joined");
        int partition = partition(channel);
        String pod = redis.cli("HGET", key(), bob);
        redis.cli(
                "EVAL", PresenceScripts.BURY, "2", Keys.presencePods(partition), Keys.presenceDead(partition), pod, "");

        await().until(() -> !redis.cli("HGET", key(), bob).contains(pod));
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
        assertThat(names(snapshot("/api/rooms/" + room + "/presence", ada))).containsExactlyInAnyOrder(ada, bob);
    }

    @Test
    void theUsersOfADeadPodLeaveOnce() {
        WebSocketRecorder watcher = joined(ada);
        int partition = partition(channel);
        String pod = unique("silent");
        redis.cli("HSET", Keys.presencePods(partition), pod, "41");
        redis.cli("HSET", key(), bob, pod);
        redis.cli("SADD", Keys.presenceOf(partition, pod), channel + " " + bob);

        assertThat(told(watcher, "user-left").payload().path("userId").textValue())
                .isEqualTo(bob);
        await().until(() ->
                redis.cli("SISMEMBER", Keys.presenceDead(partition), pod).equals("0"));
        assertThat(redis.cli("EXISTS", Keys.presenceOf(partition, pod))).isEqualTo("0");
        marker();
        watcher.next("marker");
        watcher.assertPresenceExhausted();
    }

    private void awaitGrace() {
        await().pollDelay(java.time.Duration.ofMillis(1500)).until(() -> true);
    }
}
