package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.push.StandardProfile;
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
import org.junit.jupiter.api.Test;

/// What is answered to who asks who is there.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class PresenceSnapshotTest extends RoomTest {

    @Test
    void whoComesIsToldAndThere() {
        WebSocketRecorder watcher = joined(ada);

        SseRecorder stream = sse("/api/rooms/" + room + "/events", user(bob));
        stream.next();

        assertThat(told(watcher, "user-joined").payload().path("userId").textValue())
                .isEqualTo(bob);
        JsonNode page = snapshot("/api/rooms/" + room + "/presence", ada);
        assertThat(names(page)).containsExactlyInAnyOrder(ada, bob);
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
}
