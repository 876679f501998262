package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.PresenceScripts;
import dev.freshet.push.PresenceProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.SseRecorder;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// Who is told that somebody came or went, and what is answered to who asks.
@QuarkusTest
@TestProfile(PresenceProfile.class)
@WithTestResource(FreshetResource.class)
class PresenceTest extends PushTest {

    private final String room = unique("room");
    private final String channel = "room:" + room;
    private final String ada = unique("ada");
    private final String bob = unique("bob");

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
    void thePresenceMessageKnowsWhoJustJoined() {
        joined(bob);
        WebSocketRecorder socket = connected(user(ada));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        socket.send("{\"type\":\"presence\",\"payload\":{\"room\":\"" + room + "\"},\"id\":\"7\"}");
        WebSocketRecorder.Message answer = socket.await("presence");
        assertThat(answer.payload().path("room").textValue()).isEqualTo(room);
        assertThat(answer.payload().path("count").intValue()).isEqualTo(2);
        assertThat(names(answer.payload())).containsExactlyInAnyOrder(ada, bob);
        assertThat(socket.await("ack").payload().path("id").textValue()).isEqualTo("7");
    }

    @Test
    void presenceIsForThoseWhoMayFollow() {
        joined(ada);
        Tokens.Builder stranger = tokens.user(bob);
        assertThat(get(request("/api/rooms/" + room + "/presence", stranger)).statusCode())
                .isEqualTo(403);
        WebSocketRecorder socket = connected(stranger);
        socket.send("{\"type\":\"presence\",\"payload\":{\"room\":\"" + room + "\"},\"id\":\"7\"}");
        assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("forbidden");
    }

    @Test
    void anEmptyRoomHasNobody() {
        assertThat(get(request("/api/rooms/" + room + "/presence", user(ada))).body())
                .isEqualTo("{\"users\":[],\"count\":0}");
    }

    @Test
    void manyUsersComeInPages() {
        List<String> command = new ArrayList<>(List.of("HSET", key()));
        IntStream.range(0, 2500).forEach(i -> command.addAll(List.of("user-" + i, "elsewhere")));
        redis.cli(command.toArray(String[]::new));

        Set<String> users = new HashSet<>();
        String next = "";
        int pages = 0;
        do {
            JsonNode page = snapshot("/api/rooms/" + room + "/presence?after=" + next, ada);
            assertThat(page.path("count").intValue()).isEqualTo(2500);
            assertThat(page.path("users").size()).isBetween(1, Snapshots.MAX_USERS);
            users.addAll(names(page));
            next = page.path("next").asText("");
            pages++;
        } while (!next.isEmpty() && pages < 20);
        assertThat(users).hasSize(2500);
        assertThat(pages).isBetween(3, 6);
        redis.cli("DEL", key());
    }

    @Test
    void aHandMadePageIsMalformed() {
        for (String after : List.of("-1", "x", "0", "01", "99999999999999999999", "1%0A")) {
            assertThat(get(request("/api/rooms/" + room + "/presence?after=" + after, user(ada)))
                            .statusCode())
                    .as(after)
                    .isEqualTo(400);
        }
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

    private void marker() {
        xadd(channel, "marker", "1");
    }

    private String key() {
        return Keys.presence(partition(channel), Channel.parse(channel));
    }

    private Tokens.Builder user(String name) {
        return tokens.user(name).channels("room:*", "document:*");
    }

    private static WebSocketRecorder.Message told(WebSocketRecorder watcher, String type) {
        WebSocketRecorder.Message message = watcher.presence();
        assertThat(message.type()).isEqualTo(type);
        return message;
    }

    private WebSocketRecorder joined(String name) {
        WebSocketRecorder socket = connected(user(name));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        socket.next("joined-room");
        socket.next("message-history");
        return socket;
    }

    private JsonNode snapshot(String path, String name) {
        return json(get(request(path, user(name))).body());
    }

    private static List<String> names(JsonNode snapshot) {
        return StreamSupport.stream(snapshot.path("users").spliterator(), false)
                .map(user -> {
                    assertThat(user.path("id")).isEqualTo(user.path("userId"));
                    return user.path("userId").textValue();
                })
                .toList();
    }
}
