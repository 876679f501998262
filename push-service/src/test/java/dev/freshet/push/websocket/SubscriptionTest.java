package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.WebSocketRecorder;
import dev.freshet.testkit.WebSocketRecorder.Close;
import dev.freshet.testkit.WebSocketRecorder.Message;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Joining, subscribing, direct messages and the refresh of a connection's rights.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SubscriptionTest extends PushTest {

    private final String user = unique("ada");
    private final String name = unique("general");

    @Test
    void theOwnChannelIsFollowedWithoutAsking() {
        WebSocketRecorder socket = connected(tokens.user(user));

        String id = xadd("user:" + user, "order-completed", "{\"total\":1.10}");

        assertThat(socket.next().text())
                .isEqualTo("{\"type\":\"order-completed\",\"payload\":{\"total\":1.10},\"channel\":\"user:" + user
                        + "\",\"id\":\"" + wireId("user:" + user, id) + "\",\"timestamp\":" + id.split("-")[0] + "}");
        socket.assertExhausted();
    }

    @Test
    void theOwnChannelCannotBeLeft() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"unsubscribe\",\"payload\":{\"channel\":\"user:" + user + "\"},\"id\":\"1\"}");

        assertThat(socket.next("error").payload().path("code").textValue()).isEqualTo("invalid-message");
        xadd("user:" + user, "a", "1");
        socket.next("a");
    }

    @Test
    void subscribingToTheOwnChannelDeliversOnce() {
        WebSocketRecorder socket = connected(tokens.user(user));
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"user:" + user + "\"}}");
        socket.next("subscribed");

        xadd("user:" + user, "a", "1");
        xadd("user:" + user, "b", "1");
        socket.next("a");
        socket.next("b");
        socket.assertExhausted();
    }

    @Test
    void aSubscriptionBeginsIsAcknowledgedAndEnds() {
        WebSocketRecorder socket = connected(tokens.user(user));
        String channel = "broadcast:" + name;

        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"" + channel + "\"},\"id\":\"1\"}");
        assertThat(socket.next("subscribed").text())
                .isEqualTo("{\"type\":\"subscribed\",\"payload\":{\"channel\":\"" + channel + "\"}}");
        assertThat(socket.next("ack").payload().path("id").textValue()).isEqualTo("1");
        xadd(channel, "a", "1");
        assertThat(socket.next("a").json().path("channel").textValue()).isEqualTo(channel);

        socket.send("{\"type\":\"unsubscribe\",\"payload\":{\"channel\":\"" + channel + "\"},\"id\":\"2\"}");
        assertThat(socket.next("unsubscribed").text())
                .isEqualTo("{\"type\":\"unsubscribed\",\"payload\":{\"channel\":\"" + channel + "\"}}");
        assertThat(socket.next("ack").payload().path("id").textValue()).isEqualTo("2");
        xadd(channel, "a", "2");
        xadd("user:" + user, "end", "3");
        socket.next("end");
        socket.assertExhausted();
    }

    @Test
    void aRoomIsJoinedAndLeft() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + name));

        socket.send("{\"type\":\"join-room\",\"payload\":{\"room\":\"" + name + "\"},\"id\":\"1\"}");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("ack");
        xadd("room:" + name, "a", "1");
        Message inside = socket.next("a");
        assertThat(inside.json().path("room").textValue()).isEqualTo(name);
        assertThat(inside.json().has("channel")).isFalse();

        socket.send("{\"type\":\"leave-room\",\"payload\":\"" + name + "\",\"id\":\"2\"}");
        assertThat(socket.next("left-room").text())
                .isEqualTo("{\"type\":\"left-room\",\"payload\":{\"room\":\"" + name + "\"}}");
        socket.next("ack");
        xadd("room:" + name, "a", "2");
        xadd("user:" + user, "end", "3");
        socket.next("end");
        socket.assertExhausted();
    }

    @Test
    void whoSubscribesAndJoinsGetsEachEventOnceInRoomForm() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + name));
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + name + "\"}}");
        socket.next("subscribed");
        xadd("room:" + name, "a", "1");
        assertThat(socket.next("a").json().path("channel").textValue()).isEqualTo("room:" + name);

        socket.send("{\"type\":\"join-room\",\"payload\":\"" + name + "\"}");
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + name + "\"}");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("joined-room");
        socket.next("message-history");
        xadd("room:" + name, "b", "1");
        assertThat(socket.next("b").json().path("room").textValue()).isEqualTo(name);

        // Left, but still subscribed.
        socket.send("{\"type\":\"leave-room\",\"payload\":\"" + name + "\"}");
        socket.next("left-room");
        xadd("room:" + name, "c", "1");
        assertThat(socket.next("c").json().path("channel").textValue()).isEqualTo("room:" + name);
        socket.assertExhausted();
    }

    @Test
    void whoUnsubscribesStaysInTheRoomHeJoined() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + name));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + name + "\"}");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + name + "\"}}");
        socket.send("{\"type\":\"unsubscribe\",\"payload\":{\"channel\":\"room:" + name + "\"}}");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("subscribed");
        socket.next("unsubscribed");

        xadd("room:" + name, "a", "1");
        assertThat(socket.next("a").json().path("room").textValue()).isEqualTo(name);
        socket.send("{\"type\":\"leave-room\",\"payload\":\"" + name + "\"}");
        socket.next("left-room");
        xadd("room:" + name, "b", "1");
        xadd("user:" + user, "end", "1");
        socket.next("end");
        socket.assertExhausted();
    }

    /// Stops a user from joining or subscribing to what the token does not grant.
    @Test
    void whatIsNotGrantedIsNotFollowed() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:other"));

        socket.send("{\"type\":\"join-room\",\"payload\":\"" + name + "\",\"id\":\"1\"}");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"document:" + name + "\"},\"id\":\"2\"}");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"user:bob\"}}");

        for (String expected : List.of("1", "2", "")) {
            JsonNode error = socket.next("error").payload();
            assertThat(error.path("id").asText()).isEqualTo(expected);
            assertThat(error.path("code").textValue()).isEqualTo("forbidden");
        }
        xadd("room:" + name, "a", "1");
        xadd("document:" + name, "a", "1");
        xadd("user:" + user, "end", "1");
        socket.next("end");
        socket.assertExhausted();
    }

    @Test
    void aCursorThatCannotBeUsedIsAGap() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + name));

        socket.send(
                "{\"type\":\"join-room\",\"payload\":{\"room\":\"" + name + "\",\"after\":\"x\\r\\n\"},\"id\":\"1\"}");
        socket.next("joined-room");
        Message gap = socket.next("gap");
        assertThat(gap.payload()).isEqualTo(json("{\"channel\":\"room:" + name + "\",\"reason\":\"reset\"}"));
        assertThat(gap.json().path("id").textValue()).endsWith("~" + epoch(0));
        socket.next("ack");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"broadcast:" + name
                + "\",\"after\":\"1-1~Zz9Zz9Zz\"}}");
        socket.next("subscribed");
        assertThat(socket.next("gap").payload().path("reason").textValue()).isEqualTo("reset");
        socket.assertExhausted();
    }

    @Test
    void whatWasMissedComesBehindTheAnswerAndThenWhatIsNew() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:" + name));
        String before = wireId("room:" + name, xadd("room:" + name, "a", "0"));
        for (int i = 1; i <= 50; i++) {
            xadd("room:" + name, "a", Integer.toString(i));
        }

        socket.send("{\"type\":\"join-room\",\"payload\":{\"room\":\"" + name + "\",\"after\":\"" + before
                + "\"},\"id\":\"1\"}");
        socket.next("joined-room");
        for (int i = 1; i <= 50; i++) {
            assertThat(socket.next("a").payload().intValue()).isEqualTo(i);
        }
        socket.next("ack");
        // Asked for again, it is followed already.
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"room:" + name + "\",\"after\":\"" + before
                + "\"}}");
        socket.next("subscribed");
        xadd("room:" + name, "a", "51");
        assertThat(socket.next("a").payload().intValue()).isEqualTo(51);
        socket.assertExhausted();
    }

    @Test
    void anExcludedUserReceivesNothingWhileOthersDo() {
        String other = unique("bob");
        WebSocketRecorder excluded = connected(tokens.user(user));
        WebSocketRecorder others = connected(tokens.user(other));
        for (WebSocketRecorder socket : List.of(excluded, others)) {
            socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"broadcast:" + name + "\"}}");
            socket.next("subscribed");
        }

        xadd("broadcast:" + name, "a", "1", "exclude", user);
        xadd("broadcast:" + name, "a", "2");

        assertThat(others.next("a").payload().intValue()).isEqualTo(1);
        assertThat(excluded.next("a").payload().intValue()).isEqualTo(2);
        excluded.assertExhausted();
    }

    @Test
    void aDirectMessageReachesAllConnectionsOfItsReceiver() {
        String other = unique("bob");
        WebSocketRecorder sender = connected(tokens.user(user).publish("user:" + other));
        WebSocketRecorder first = connected(tokens.user(other));
        WebSocketRecorder second = connected(tokens.user(other));

        sender.send("{\"type\":\"direct-message\",\"payload\":{\"to\":\"" + other
                + "\",\"text\":\"hi\",\"n\":1.10,\"from\":\"root\"},\"id\":\"1\"}");

        assertThat(sender.next("ack").payload().path("id").textValue()).isEqualTo("1");
        for (WebSocketRecorder receiver : List.of(first, second)) {
            Message received = receiver.next("direct-message");
            JsonNode message = received.json();
            assertThat(message.path("channel").textValue()).isEqualTo("user:" + other);
            assertThat(message.path("payload").path("from").textValue()).isEqualTo(user);
            assertThat(message.path("payload").path("to").textValue()).isEqualTo(other);
            assertThat(message.path("payload").path("text").textValue()).isEqualTo("hi");
            assertThat(received.text()).contains("\"n\":1.10,");
            receiver.assertExhausted();
        }
        sender.assertExhausted();
    }

    /// Stops a user from writing to others without the right to.
    @Test
    void aDirectMessageNeedsAGrantToPublish() {
        String other = unique("bob");
        WebSocketRecorder sender =
                connected(tokens.user(user).channels("user:*").publish("user:eve", "room:*"));
        WebSocketRecorder receiver = connected(tokens.user(other));

        sender.send("{\"type\":\"direct-message\",\"payload\":{\"to\":\"" + other + "\"},\"id\":\"1\"}");

        assertThat(sender.next("error").payload().path("code").textValue()).isEqualTo("forbidden");
        xadd("user:" + other, "end", "1");
        receiver.next("end");
        receiver.assertExhausted();
    }

    @Test
    void aRefreshGoesOnUnderTheFreshTicket() {
        WebSocketRecorder socket =
                webSocket("?ticket=" + ticket(expiring(record(user, "room:" + name), Duration.ofSeconds(4))), Map.of());
        socket.next("connected");
        TicketRecord fresh = record(user, "room:*");

        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket(fresh) + "\"},\"id\":\"1\"}");

        assertThat(socket.next("refreshed").text())
                .isEqualTo("{\"type\":\"refreshed\",\"payload\":{\"expiresAt\":" + fresh.expiresAt() + "}}");
        socket.next("ack");
        // Past the first token's end, which a second connection with the same end shows.
        WebSocketRecorder unrefreshed =
                webSocket("?ticket=" + ticket(expiring(record(user), Duration.ofSeconds(4))), Map.of());
        unrefreshed.next("connected");
        assertThat(unrefreshed.awaitClose().code()).isEqualTo(4001);
        socket.send("{\"type\":\"join-room\",\"payload\":\"other\",\"id\":\"2\"}");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("ack");
        assertThat(socket.isClosed()).isFalse();
    }

    @Test
    void aRefreshedConnectionEndsWhenTheFreshTokenDoes() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\""
                + ticket(expiring(record(user), Duration.ofSeconds(2))) + "\"}}");

        socket.next("refreshed");
        assertThat(socket.awaitClose().code()).isEqualTo(4001);
    }

    /// Stops a connection from going over to another user, whose channels it would mix with the first one's.
    @Test
    void aRefreshWithAnotherUsersTicketIsTheEnd() {
        WebSocketRecorder socket = connected(tokens.user(user));

        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket(unique("eve")) + "\"},\"id\":\"1\"}");

        assertThat(socket.awaitClose()).isEqualTo(new Close(4003, "revoked or forbidden"));
        socket.assertExhausted();
    }

    /// Stops a user from following on what a fresh token grants no more.
    @Test
    void aRefreshWithFewerGrantsEndsWhatIsNoLongerGranted() {
        WebSocketRecorder socket = connected(tokens.user(user).channels("room:*", "document:" + name));
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + name + "\"}");
        socket.send("{\"type\":\"join-room\",\"payload\":\"kept-" + name + "\"}");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"document:" + name + "\"}}");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("joined-room");
        socket.next("message-history");
        socket.next("subscribed");

        socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket(user, "room:kept-*") + "\"}}");

        assertThat(socket.next("unsubscribed").text())
                .isEqualTo("{\"type\":\"unsubscribed\",\"payload\":{\"channel\":\"room:" + name
                        + "\",\"reason\":\"forbidden\"}}");
        assertThat(socket.next("unsubscribed").payload().path("channel").textValue())
                .isEqualTo("document:" + name);
        socket.next("refreshed");
        xadd("room:" + name, "a", "1");
        xadd("document:" + name, "a", "1");
        xadd("room:kept-" + name, "b", "1");
        xadd("user:" + user, "c", "1");
        socket.next("b");
        socket.next("c");
        socket.assertExhausted();
    }

    @Test
    void aRefreshWithATicketThatIsNoneChangesNothing() {
        WebSocketRecorder socket = connected(tokens.user(user));
        String used = ticket(user);
        webSocket("?ticket=" + used, Map.of()).next("connected");

        for (String ticket : List.of("x", "A".repeat(43), used)) {
            socket.send("{\"type\":\"refresh\",\"payload\":{\"ticket\":\"" + ticket + "\"},\"id\":\"1\"}");
            JsonNode error = socket.next("error").payload();
            assertThat(error.path("id").textValue()).isEqualTo("1");
            assertThat(error.path("code").textValue()).isEqualTo("forbidden");
            assertThat(error.toString()).doesNotContain(ticket.length() > 1 ? ticket : "~");
        }
        xadd("user:" + user, "a", "1");
        socket.next("a");
    }

    /// Stops one connection from costing a pod as much as hundreds.
    @Test
    void aConnectionFollowsAsManyChannelsAsTheLimitSays() {
        WebSocketRecorder socket = connected(tokens.user(user));
        for (int i = 1; i < 100; i++) {
            socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"broadcast:" + i + "\"}}");
            socket.next("subscribed");
        }

        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"broadcast:100\"},\"id\":\"1\"}");

        JsonNode error = socket.next("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo("1");
        assertThat(error.path("code").textValue()).isEqualTo("rate-limited");
        socket.send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"broadcast:99\"},\"id\":\"2\"}");
        socket.next("subscribed");
        socket.next("ack");
        socket.assertExhausted();
    }
}
