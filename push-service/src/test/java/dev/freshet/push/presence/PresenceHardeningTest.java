package dev.freshet.push.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PresenceProfile;
import dev.freshet.push.PushTest;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Somebody writes into the keys of presence what no pod would.
@QuarkusTest
@TestProfile(PresenceProfile.class)
@WithTestResource(FreshetResource.class)
class PresenceHardeningTest extends PushTest {

    private final String room = unique("room");
    private final String channel = "room:" + room;
    private final int partition = 0;

    /// Stops whoever writes nonsense among a dead pod's members from keeping its users present for ever, and from
    /// having events told that are no JSON.
    @Test
    void membersThatAreNoneGoWithTheOthersOfADeadPod() {
        WebSocketRecorder watcher = joined();
        String pod = unique("silent");
        String entered = Keys.presenceOf(partition, pod);
        String bob = unique("bob");
        redis.cli("HSET", key(), bob, pod, "a\"b", pod);
        redis.cli("SADD", entered, channel + " " + bob, channel + " a\"b", channel + " " + bob + " ", channel + " me");
        redis.cli("SADD", entered, "", " ", "nonsense", "nonsense twice over", "room: bob", "group:a bob", channel);
        lua("redis.call('SADD', '" + entered + "', '\\255\\254', '\\0', '" + channel + " \\255')");
        redis.cli("HSET", Keys.presencePods(partition), pod, "41");

        WebSocketRecorder.Message left = watcher.presence();

        assertThat(left.type()).isEqualTo("user-left");
        assertThat(left.payload().path("userId").textValue()).isEqualTo(bob);
        awaitSwept(pod);
        xadd(channel, "marker", "1");
        watcher.next("marker");
        watcher.assertPresenceExhausted();
    }

    /// Stops whoever makes one dead pod impossible to sweep from keeping the users of all others present.
    @Test
    void aPodThatCannotBeSweptDoesNotKeepOthers() {
        WebSocketRecorder watcher = joined();
        String stuck = unique("stuck");
        redis.cli("SET", Keys.presenceOf(partition, stuck), "no set");
        redis.cli("SADD", Keys.presenceDead(partition), stuck);
        // Whichever of them comes first.
        for (int i = 0; i < 3; i++) {
            String pod = unique("silent");
            String bob = unique("bob");
            redis.cli("HSET", key(), bob, pod);
            redis.cli("SADD", Keys.presenceOf(partition, pod), channel + " " + bob);
            redis.cli("HSET", Keys.presencePods(partition), pod, "41");

            assertThat(watcher.presence().payload().path("userId").textValue()).isEqualTo(bob);
            awaitSwept(pod);
        }
        redis.cli("DEL", Keys.presenceOf(partition, stuck));
        awaitSwept(stuck);
    }

    /// Stops whoever writes nonsense among who is present from breaking the answer for all who ask.
    @Test
    void usersThatAreNoneAreNotAnswered() {
        joined();
        redis.cli("HSET", key(), "a\"b", "x", "me", "x", "", "x", "a b", "x");

        JsonNode page = json(get(request(
                        "/api/rooms/" + room + "/presence",
                        tokens.user(unique("eve")).channels("room:*")))
                .body());

        assertThat(page.path("users")).hasSize(1);
        assertThat(page.path("users").path(0).path("id").textValue()).startsWith("ada-");
    }

    /// Stops whoever writes nonsense among the crowds from silencing the counts of all others.
    @Test
    void aCrowdThatIsNoneDoesNotKeepTheCountsOfOthers() {
        lua("redis.call('SADD', '" + Keys.crowds(partition) + "', 'nonsense', 'room:', '\\255\\254')");
        WebSocketRecorder watcher = joined();
        IntStream.rangeClosed(0, PresenceProfile.CROWD).forEach(i -> joined());

        await().until(() -> watcher.presence().type().equals("presence-changed"));
        await().until(() -> redis.cli("SMEMBERS", Keys.crowds(partition)).isEmpty());
    }

    private void awaitSwept(String pod) {
        await().until(() ->
                redis.cli("SISMEMBER", Keys.presenceDead(partition), pod).equals("0"));
        assertThat(redis.cli("EXISTS", Keys.presenceOf(partition, pod))).isEqualTo("0");
    }

    private String key() {
        return Keys.presence(partition, Channel.parse(channel));
    }

    private WebSocketRecorder joined() {
        WebSocketRecorder socket = connected(tokens.user(unique("ada")).channels("room:*"));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        socket.next("joined-room");
        socket.next("message-history");
        return socket;
    }
}
