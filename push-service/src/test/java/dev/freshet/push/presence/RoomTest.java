package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import java.util.List;
import java.util.stream.StreamSupport;

/// A room and two users.
abstract class RoomTest extends PushTest {

    final String room = unique("room");
    final String channel = "room:" + room;
    final String ada = unique("ada");
    final String bob = unique("bob");

    void marker() {
        xadd(channel, "marker", "1");
    }

    String key() {
        return Keys.presence(partition(channel), Channel.parse(channel));
    }

    Tokens.Builder user(String name) {
        return tokens.user(name).channels("room:*", "document:*");
    }

    static WebSocketRecorder.Message told(WebSocketRecorder watcher, String type) {
        WebSocketRecorder.Message message = watcher.presence();
        assertThat(message.type()).isEqualTo(type);
        return message;
    }

    WebSocketRecorder joined(String name) {
        WebSocketRecorder socket = connected(user(name));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        socket.next("joined-room");
        socket.next("message-history");
        return socket;
    }

    JsonNode snapshot(String path, String name) {
        return json(get(request(path, user(name))).body());
    }

    static List<String> names(JsonNode snapshot) {
        return StreamSupport.stream(snapshot.path("users").spliterator(), false)
                .map(user -> {
                    assertThat(user.path("id")).isEqualTo(user.path("userId"));
                    return user.path("userId").textValue();
                })
                .toList();
    }
}
