package dev.freshet.contract.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.Fixtures;
import dev.freshet.contract.Fixtures.Fixture;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message of the server, byte by byte as the fixtures have it.
class ServerMessageGoldenTest {

    private static final EventId PLACE = EventId.parse("1767225600009-0~k3Yx9aQ2");
    private static final Channel LOBBY = Channel.room("lobby");
    private static final Channel ORDERS = Channel.broadcast("orders");
    private static final Channel SPEC = Channel.document("spec");
    private static final Channel ADA = Channel.user("ada");

    private static final String HELLO = """
            {"type":"chat-message","text":"hello","id":"5f0c1f0e-4d4e-4b43-9d1a-0c6f3f7f1d11","userId":"ada",\
            "userName":"Ada Lovelace","timestamp":1767225600000}""";
    private static final String BYE = """
            {"type":"chat-message","text":"bye","id":"m3","userId":"ada","userName":"Ada Lovelace",\
            "timestamp":1767225600005}""";
    private static final String BOB = "{\"id\":\"bob\",\"userId\":\"bob\"}";

    /// Presence without a place in the log. The log's own presence events always have one.
    private static final Map<String, String> LATER = Map.of(
            "user-joined", "written by the feature presence",
            "user-left", "written by the feature presence",
            "presence-changed", "written by the feature presence",
            "presence-changed-to-zero", "written by the feature presence");

    private static final Map<String, ServerMessage> TABLE = table();

    static List<Fixture> fixtures() {
        return Fixtures.valid("server-message").stream()
                .filter(fixture -> !LATER.containsKey(fixture.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aMessageIsWrittenAsItsFixture(Fixture fixture) {
        ServerMessage message = TABLE.get(fixture.name());
        assertThat(message).as("a row for " + fixture).isNotNull();
        if (message != null) {
            assertThat(new String(ServerMessageWriter.write(message), StandardCharsets.UTF_8))
                    .isEqualTo(new String(fixture.golden(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyFixtureHasARowAndEveryRowAFixture() {
        TreeSet<String> rows = new TreeSet<>(TABLE.keySet());
        rows.addAll(LATER.keySet());
        assertThat(Fixtures.valid("server-message").stream().map(Fixture::name))
                .containsExactlyInAnyOrderElementsOf(rows);
    }

    private static Map<String, ServerMessage> table() {
        Map<String, ServerMessage> table = new LinkedHashMap<>();
        table.put("ack", new ServerMessage.Ack("m1"));
        table.put("ack-of-a-key", new ServerMessage.Ack("5f0c1f0e-4d4e-4b43-9d1a-0c6f3f7f1d11"));
        table.put("connected", new ServerMessage.Connected("ada", "c-7f3a", Cursor.parse("1767225600000-0~k3Yx9aQ2")));
        table.put(
                "connected-two-partitions",
                new ServerMessage.Connected(
                        "ada", "c-7f3a", Cursor.parse("1767225600000-0~k3Yx9aQ2_1.1767225600004-0~k3Yx9aQ2")));
        table.put("joined-room", new ServerMessage.JoinedRoom(LOBBY));
        table.put("left-room", new ServerMessage.LeftRoom(LOBBY));
        table.put("message-history", new ServerMessage.MessageHistory(LOBBY, List.of(json(HELLO), json(BYE))));
        table.put("message-history-empty", new ServerMessage.MessageHistory(LOBBY, List.of()));
        table.put(
                "message-history-full",
                new ServerMessage.MessageHistory(
                        LOBBY,
                        IntStream.range(0, 50)
                                .mapToObj(i -> json("{\"type\":\"chat-message\",\"text\":\"" + i + "\",\"id\":\"m" + i
                                        + "\",\"userId\":\"ada\",\"userName\":\"Ada Lovelace\",\"timestamp\":"
                                        + (1767225600000L + i) + "}"))
                                .toList()));
        table.put("subscribed", new ServerMessage.Subscribed(ORDERS));
        table.put("unsubscribed", new ServerMessage.Unsubscribed(ORDERS, null));
        table.put("unsubscribed-with-reason", new ServerMessage.Unsubscribed(ORDERS, "forbidden"));
        table.put("presence", new ServerMessage.Presence(LOBBY, List.of("ada", "bob"), 2));
        table.put("presence-empty", new ServerMessage.Presence(LOBBY, List.of(), 0));
        table.put("refreshed", new ServerMessage.Refreshed(1767226500000L));
        table.put("gap-trimmed", new ServerMessage.Gap(LOBBY, GapReason.TRIMMED, PLACE));
        table.put("gap-reset", new ServerMessage.Gap(LOBBY, GapReason.RESET, PLACE));
        table.put("gap-lagging", new ServerMessage.Gap(LOBBY, GapReason.LAGGING, PLACE));
        table.put("error-forbidden", error(ErrorCode.FORBIDDEN, "No right to this room."));
        table.put("error-invalid-message", error(ErrorCode.INVALID_MESSAGE, "Not a JSON object."));
        table.put("error-rate-limited", error(ErrorCode.RATE_LIMITED, "Too many messages."));
        table.put("error-unavailable", error(ErrorCode.UNAVAILABLE, "Try again soon."));
        table.put("error-unknown-type", error(ErrorCode.UNKNOWN_TYPE, "This type is not known here."));
        table.put("error-without-id", new ServerMessage.Error(null, ErrorCode.INVALID_MESSAGE, "Not a JSON object."));
        events(table);
        return table;
    }

    private static void events(Map<String, ServerMessage> table) {
        table.put("room-event-chat-message", room("1767225600000-0~k3Yx9aQ2", "chat-message", HELLO));
        table.put(
                "room-event-in-partition", room("3.1767225600007-0~k3Yx9aQ2", "room-message", "{\"text\":\"hello\"}"));
        table.put("room-event-payload-null", room("1767225600007-0~k3Yx9aQ2", "room-message", "null"));
        table.put(
                "room-event-room-message",
                room("1767225600007-0~k3Yx9aQ2", "room-message", "{ \"text\" : \"hello\" }"));
        table.put(
                "room-event-user-typing",
                room(
                        "1767225600008-0~k3Yx9aQ2",
                        "user-typing",
                        "{\"isTyping\":true,\"userId\":\"bob\",\"userName\":\"Bob\"}"));
        table.put(
                "channel-event",
                channel(
                        ORDERS,
                        "1767225600009-0~k3Yx9aQ2",
                        "order-update",
                        "{\"orderId\":7,\"status\":\"completed\"}"));
        table.put(
                "channel-event-payload-string",
                channel(ORDERS, "1767225600009-0~k3Yx9aQ2", "order-update", "\"done\""));
        table.put(
                "channel-event-own-user",
                channel(ADA, "1767225600009-1~k3Yx9aQ2", "order-completed", "{\"orderId\":7,\"total\":19.5}"));
        table.put("channel-event-room-not-joined", channel(LOBBY, "1767225600000-0~k3Yx9aQ2", "chat-message", HELLO));
        table.put(
                "channel-event-content-update",
                channel(
                        SPEC,
                        "1767225600010-0~k3Yx9aQ2",
                        "content-update",
                        "{\"content\":{\"title\":\"Spec\",\"body\":[\"one\"]},\"version\":3,\"userId\":\"ada\"}"));
        table.put(
                "channel-event-cursor-move",
                channel(
                        SPEC,
                        "1767225600011-0~k3Yx9aQ2",
                        "cursor-move",
                        "{\"userId\":\"bob\",\"line\":0,\"column\":14}"));
        table.put(
                "direct-message",
                channel(
                        ADA,
                        "1767225600012-0~k3Yx9aQ2",
                        "direct-message",
                        "{\"to\":\"ada\",\"text\":\"hello\",\"from\":\"bob\"}"));
        table.put("user-joined-on-document", channel(SPEC, "1767225600006-0~k3Yx9aQ2", "user-joined", BOB));
        table.put("user-left-on-document", channel(SPEC, "1767225600006-0~k3Yx9aQ2", "user-left", BOB));
        table.put("user-joined-with-place", room("1767225600006-0~k3Yx9aQ2", "user-joined", BOB));
        table.put("user-left-with-place", room("1767225600006-0~k3Yx9aQ2", "user-left", BOB));
        table.put(
                "presence-changed-on-document",
                channel(SPEC, "1767225600006-0~k3Yx9aQ2", "presence-changed", "{\"count\":501}"));
        table.put(
                "presence-changed-with-place", room("1767225600006-0~k3Yx9aQ2", "presence-changed", "{\"count\":501}"));
    }

    private static ServerMessage error(ErrorCode code, String message) {
        return new ServerMessage.Error("m1", code, message);
    }

    private static ServerMessage room(String id, String type, String payload) {
        return new ServerMessage.RoomEvent(logged(LOBBY, id, type, payload));
    }

    private static ServerMessage channel(Channel channel, String id, String type, String payload) {
        return new ServerMessage.ChannelEvent(logged(channel, id, type, payload));
    }

    private static LoggedEvent logged(Channel channel, String id, String type, String payload) {
        return new LoggedEvent(EventId.parse(id), Event.of(channel, type, json(payload)));
    }

    private static JsonText json(String text) {
        return JsonText.payload(text);
    }
}
