package dev.freshet.push.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import dev.freshet.testkit.WebSocketRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What people say to each other in rooms.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class RoomMessageTest extends PushTest {

    private final String user = unique("ada");
    private final String other = unique("bob");
    private final String room = unique("general");

    private WebSocketRecorder sender;
    private WebSocketRecorder receiver;

    @BeforeEach
    void twoPeopleInARoom() {
        sender = join(tokens.user(user).channels("room:" + room));
        receiver = join(tokens.user(other).channels("room:" + room));
    }

    @Test
    void aMessageReachesEverybodyInTheRoomAndItsSender() {
        sender.send(message("{\"text\":\"hi\"}", ",\"id\":\"7\""));

        JsonNode heard = receiver.next("room-message").json();
        assertThat(heard.fieldNames()).toIterable().containsExactly("type", "payload", "room", "id", "timestamp");
        assertThat(heard.path("payload").toString()).isEqualTo("{\"text\":\"hi\"}");
        assertThat(heard.path("room").textValue()).isEqualTo(room);
        assertThat(heard.path("id").textValue()).matches("[0-9]+-[0-9]+~" + epoch(0));
        assertThat(heard.path("timestamp").longValue())
                .isEqualTo(Long.parseLong(heard.path("id").textValue().split("-")[0]));
        assertThat(sender.await("room-message").json()).isEqualTo(heard);
        assertThat(sender.await("ack").text()).isEqualTo("{\"type\":\"ack\",\"payload\":{\"id\":\"7\"}}");
        sender.assertExhausted();
        receiver.assertExhausted();
    }

    @Test
    void withoutAnIdThereIsNoAck() {
        sender.send(message("1", ""));

        sender.next("room-message");
        sender.send("{\"type\":\"leave-room\",\"payload\":\"" + room + "\"}");
        sender.next("left-room");
        sender.assertExhausted();
    }

    @Test
    void withoutEchoTheSenderHearsNothingOnAnyConnection() {
        WebSocketRecorder second = join(tokens.user(user).channels("room:" + room));

        sender.send(message("1", ",\"echo\":false,\"id\":\"1\""));
        sender.send(message("2", ",\"echo\":true"));

        assertThat(receiver.next().payload().intValue()).isEqualTo(1);
        assertThat(receiver.next().payload().intValue()).isEqualTo(2);
        assertThat(sender.await("room-message").payload().intValue()).isEqualTo(2);
        sender.next("ack");
        assertThat(second.next().payload().intValue()).isEqualTo(2);
        sender.assertExhausted();
        second.assertExhausted();
    }

    @Test
    void theRightToTheRoomIsEnoughToSpeakInIt() {
        WebSocketRecorder outside = connected(tokens.user(user).channels("room:" + room));

        outside.send(message("1", ",\"id\":\"1\""));

        outside.next("ack");
        assertThat(receiver.next().payload().intValue()).isEqualTo(1);
        outside.assertExhausted();
    }

    /// Stops a right to publish from becoming one to follow.
    @Test
    void aGrantToPublishIsEnoughToSpeakButNotToListen() {
        String bot = unique("bot");
        WebSocketRecorder speaker = connected(tokens.user(bot).publish("room:" + room));

        speaker.send(message("1", ",\"id\":\"1\""));
        speaker.next("ack");
        speaker.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\",\"id\":\"2\"}");
        assertThat(speaker.next("error").payload().path("code").textValue()).isEqualTo("forbidden");
        assertThat(receiver.next().payload().intValue()).isEqualTo(1);
    }

    /// Stops a user from speaking in rooms that the token does not grant.
    @Test
    void withoutTheRightNothingIsSaid() {
        WebSocketRecorder stranger = connected(tokens.user(unique("eve")).channels("room:other", "document:" + room));

        stranger.send(message("1", ",\"id\":\"1\""));
        stranger.send(message("1", ""));

        JsonNode error = stranger.next("error").json();
        assertThat(error.path("payload").path("id").textValue()).isEqualTo("1");
        assertThat(error.path("payload").path("code").textValue()).isEqualTo("forbidden");
        assertThat(error.path("payload").path("message").textValue()).contains("room:" + room);
        assertThat(stranger.next("error").payload().has("id")).isFalse();
        sender.send(message("2", ""));
        assertThat(receiver.next().payload().intValue()).isEqualTo(2);
    }

    @Test
    void thePayloadsOwnTypeIsTheEventsType() {
        assertThat(typeOf("{\"type\":\"dice-rolled\",\"eyes\":4}")).isEqualTo("dice-rolled");
        assertThat(typeOf("{\"type\":\"direct-message\"}")).isEqualTo("direct-message");
        assertThat(typeOf("{\"type\":\"x\",\"isTyping\":true}")).isEqualTo("x");
    }

    /// Stops a payload from naming its event as one of Freshet's own.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"init\"}",
                "{\"type\":\"gap\"}",
                "{\"type\":\"error\"}",
                "{\"type\":\"ack\"}",
                "{\"type\":\"user-joined\"}",
                "{\"type\":\"content-update\"}",
                "{\"type\":\"a b\"}",
                "{\"type\":\"a\\r\\nb\"}",
                "{\"type\":\"\"}",
                "{\"type\":7}",
                "{\"type\":null}",
                "{\"isTyping\":\"yes\"}",
                "{}",
                "[]",
                "\"chat-message\"",
                "null",
                "7"
            })
    void whatHasNoTypeThatMayBeOneIsARoomMessage(String payload) {
        sender.send(message(payload, ""));

        WebSocketRecorder.Message heard = receiver.next("room-message");
        assertThat(heard.payload().toString()).isEqualTo(json(payload).toString());
        assertThat(sender.next("room-message").json()).isEqualTo(heard.json());
    }

    @Test
    void aChatMessageIsStoredWithIdSenderAndTime() {
        long before = System.currentTimeMillis();

        sender.send(message("{\"type\":\"chat-message\",\"text\":\"hi\"}", ",\"id\":\"42\""));

        JsonNode chat = receiver.next("chat-message").payload();
        assertThat(chat.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("type", "text", "id", "userId", "userName", "timestamp");
        assertThat(chat.path("id").textValue()).isEqualTo("42");
        assertThat(chat.path("userId").textValue()).isEqualTo(user);
        assertThat(chat.path("userName").textValue()).isEqualTo(user);
        assertThat(chat.path("timestamp").longValue()).isBetween(before, System.currentTimeMillis());
        assertThat(sender.await("chat-message").payload()).isEqualTo(chat);
    }

    @Test
    void withoutAnIdOfTheClientAChatMessageGetsOne() {
        sender.send(message("{\"type\":\"chat-message\"}", ""));
        sender.send(message("{\"type\":\"chat-message\",\"id\":\"own\"}", ""));
        sender.send(message("{\"type\":\"chat-message\",\"id\":7}", ""));

        assertThat(receiver.next().payload().path("id").textValue()).hasSize(36);
        assertThat(receiver.next().payload().path("id").textValue()).isEqualTo("own");
        assertThat(receiver.next().payload().path("id").textValue()).hasSize(36);
    }

    /// Stops a user from signing a message with another's id.
    @Test
    void nobodySpeaksUnderAnothersId() {
        sender.send(message(
                "{\"type\":\"chat-message\",\"userId\":\"root\",\"userId\":\"admin\",\"timestamp\":1,\"userName\":\"A\"}",
                ""));
        sender.send(message("{\"isTyping\":true,\"userId\":\"root\"}", ""));

        JsonNode chat = receiver.next("chat-message").payload();
        assertThat(chat.path("userId").textValue()).isEqualTo(user);
        assertThat(chat.toString()).doesNotContain("root").doesNotContain("admin");
        assertThat(chat.path("timestamp").longValue()).isGreaterThan(1);
        assertThat(receiver.next("user-typing").payload().path("userId").textValue())
                .isEqualTo(user);
    }

    @Test
    void theNameIsTheClaimsElseAsSentElseTheUserId() {
        WebSocketRecorder named =
                connected(tokens.user(user).claim("name", "Ada L.").channels("room:" + room));
        named.send(message("{\"type\":\"chat-message\",\"userName\":\"Root\"}", ""));
        assertThat(receiver.next().payload().path("userName").textValue()).isEqualTo("Ada L.");

        sender.send(message("{\"type\":\"chat-message\",\"userName\":\"Ada\"}", ""));
        assertThat(receiver.next().payload().path("userName").textValue()).isEqualTo("Ada");

        sender.send(message("{\"type\":\"chat-message\",\"userName\":\"\"}", ""));
        assertThat(receiver.next().payload().path("userName").textValue()).isEqualTo(user);

        TicketRecord plain = record(other, "room:" + room);
        String ticket = ticket(new TicketRecord(
                other, "Bob \"B\"", plain.subscribe(), Grants.NONE, List.of(), plain.issuedAt(), plain.expiresAt()));
        WebSocketRecorder byTicket = webSocket("?ticket=" + ticket, Map.of());
        byTicket.next("connected");
        byTicket.send(message("{\"isTyping\":false}", ""));
        byTicket.send(message("{\"type\":\"chat-message\"}", ""));
        assertThat(receiver.next("chat-message").payload().path("userName").textValue())
                .isEqualTo("Bob \"B\"");
    }

    @Test
    void typingReachesTheOthersOnly() {
        WebSocketRecorder second = join(tokens.user(user).channels("room:" + room));

        sender.send(message("{\"isTyping\":true}", ",\"id\":\"1\""));
        sender.send(message("{\"type\":\"user-typing\"}", ",\"echo\":true"));
        sender.send(message("\"end\"", ""));

        JsonNode typing = receiver.next("user-typing").payload();
        assertThat(typing.toString())
                .isEqualTo("{\"isTyping\":true,\"userId\":\"" + user + "\",\"userName\":\"" + user + "\"}");
        // Too soon after the first, so it waits for its time.
        receiver.await("room-message");
        receiver.await("user-typing");
        sender.await("ack");
        sender.next("room-message");
        second.next("room-message");
        sender.assertExhausted();
        second.assertExhausted();
        assertThat(redis.cli("XREVRANGE", "events:{0}", "+", "-", "COUNT", "3")).contains("ephemeral\n1");
    }

    @Test
    void numbersKeepTheirDigits() {
        String numbers = "[1.10,0.1000,100000000000000000000001,1.0,-7,0.0,123456789.123456789123456789]";
        sender.send(message("{\"type\":\"chat-message\",\"n\":" + numbers + "}", ""));
        sender.send(message("{\"n\":" + numbers + "}", ""));
        sender.send(message("{\"isTyping\":true,\"n\":" + numbers + "}", ""));

        assertThat(receiver.next("chat-message").text()).contains("\"n\":" + numbers);
        assertThat(receiver.next("room-message").text()).contains("\"n\":" + numbers);
        assertThat(receiver.next("user-typing").text()).contains("\"n\":" + numbers);
    }

    @Test
    void aLateComerIsRepeatedNothing() {
        sender.send(message("1", ""));
        receiver.next();

        WebSocketRecorder late = join(tokens.user(unique("eve")).channels("room:" + room));
        sender.send(message("2", ""));
        assertThat(late.next().payload().intValue()).isEqualTo(2);
    }

    @Test
    void aThousandMessagesOfOneSenderKeepTheirOrder() {
        for (int i = 0; i < 1000; i++) {
            sender.send(message(Integer.toString(i), ",\"id\":\"" + i + "\""));
        }

        for (int i = 0; i < 1000; i++) {
            assertThat(receiver.next("room-message").payload().intValue()).isEqualTo(i);
            assertThat(sender.await("ack").payload().path("id").textValue()).isEqualTo(Integer.toString(i));
            assertThat(sender.await("room-message").payload().intValue()).isEqualTo(i);
        }
        sender.assertExhausted();
        receiver.assertExhausted();
    }

    @Test
    void aMessageRepeatedUnderALongIdIsAcknowledgedAndSaidOnce() {
        String id = unique("message-of-sixteen");

        sender.send(message("{\"type\":\"chat-message\",\"n\":1}", ",\"id\":\"" + id + "\""));
        sender.send(message("{\"type\":\"chat-message\",\"n\":1}", ",\"id\":\"" + id + "\""));
        sender.send(message("{\"type\":\"chat-message\",\"n\":2}", ",\"id\":\"" + id + "\""));
        sender.send(message("\"end\"", ""));

        assertThat(receiver.next("chat-message").payload().path("n").intValue()).isEqualTo(1);
        receiver.next("room-message");
        receiver.assertExhausted();
        assertThat(sender.await("ack").payload().path("id").textValue()).isEqualTo(id);
        assertThat(sender.await("ack").payload().path("id").textValue()).isEqualTo(id);
        JsonNode error = sender.await("error").payload();
        assertThat(error.path("id").textValue()).isEqualTo(id);
        assertThat(error.path("code").textValue()).isEqualTo("invalid-message");
        sender.next("chat-message");
        sender.next("room-message");
        sender.assertExhausted();
    }

    @Test
    void aShortIdIsNoKey() {
        sender.send(message("1", ",\"id\":\"123456789012345\""));
        sender.send(message("1", ",\"id\":\"123456789012345\""));

        receiver.next("room-message");
        receiver.next("room-message");
        receiver.assertExhausted();
    }

    /// Stops a user from swallowing another's message by using its id first.
    @Test
    void theSameLongIdOfAnotherUserIsAnotherMessage() {
        String id = unique("message-of-sixteen");
        sender.send(message("1", ",\"id\":\"" + id + "\""));
        receiver.next("room-message");
        receiver.send(message("2", ",\"id\":\"" + id + "\""));

        assertThat(receiver.await("room-message").payload().intValue()).isEqualTo(2);
        receiver.await("ack");
    }

    /// Stops a message from becoming too large for the log by what Freshet adds to it.
    @Test
    void aPayloadThatGrowsOverTheLimitIsRefused() {
        String text = "x".repeat(64 * 1024 - 40);
        sender.send(message("{\"type\":\"chat-message\",\"t\":\"" + text + "\"}", ",\"id\":\"1\""));
        sender.send(message("\"" + "x".repeat(64 * 1024 - 2) + "\"", ",\"id\":\"2\""));
        sender.send(message("\"" + "x".repeat(64 * 1024 - 1) + "\"", ",\"id\":\"3\""));

        JsonNode first = sender.await("error").payload();
        assertThat(first.path("id").textValue()).isEqualTo("1");
        assertThat(first.path("code").textValue()).isEqualTo("invalid-message");
        assertThat(sender.await("ack").payload().path("id").textValue()).isEqualTo("2");
        assertThat(sender.await("error").payload().path("id").textValue()).isEqualTo("3");
        assertThat(receiver.next("room-message").payload().textValue()).hasSize(64 * 1024 - 2);
        receiver.assertExhausted();
    }

    private String typeOf(String payload) {
        sender.send(message(payload, ""));
        WebSocketRecorder.Message heard = receiver.next();
        assertThat(heard.payload().toString()).isEqualTo(payload);
        sender.await(heard.type());
        return heard.type();
    }

    private String message(String payload, String more) {
        return "{\"type\":\"room-message\",\"room\":\"" + room + "\",\"payload\":" + payload + more + "}";
    }

    private WebSocketRecorder join(Tokens.Builder who) {
        WebSocketRecorder socket = connected(who);
        socket.send("{\"type\":\"join-room\",\"payload\":\"" + room + "\"}");
        assertThat(socket.next("joined-room").text())
                .isEqualTo("{\"type\":\"joined-room\",\"payload\":{\"room\":\"" + room + "\"}}");
        socket.next("message-history");
        return socket;
    }
}
