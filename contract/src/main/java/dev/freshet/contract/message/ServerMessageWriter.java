package dev.freshet.contract.message;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.json.JsonBytes;
import dev.freshet.contract.json.JsonText;

/// Writes server messages as the text of a WebSocket frame. Safe for any thread.
public final class ServerMessageWriter {

    private ServerMessageWriter() {}

    /// Minified UTF-8 JSON.
    public static byte[] write(ServerMessage message) {
        JsonBytes json = new JsonBytes();
        switch (message) {
            case ServerMessage.Connected connected ->
                end(control(json, "connected")
                        .key("userId")
                        .plain(connected.userId())
                        .key("connectionId")
                        .text(connected.connectionId())
                        .key("cursor")
                        .plain(connected.cursor().toString()));
            case ServerMessage.JoinedRoom joined ->
                end(control(json, "joined-room").key("room").plain(joined.room().name()));
            case ServerMessage.LeftRoom left ->
                end(control(json, "left-room").key("room").plain(left.room().name()));
            case ServerMessage.MessageHistory history -> {
                json.beginObject()
                        .key("type")
                        .plain("message-history")
                        .key("payload")
                        .beginArray();
                for (JsonText payload : history.payloads()) {
                    json.json(payload);
                }
                json.endArray().key("room").plain(history.room().name()).endObject();
            }
            case ServerMessage.RoomEvent event ->
                event(
                        json,
                        event.logged(),
                        "room",
                        event.logged().event().channel().name());
            case ServerMessage.ChannelEvent event ->
                event(
                        json,
                        event.logged(),
                        "channel",
                        event.logged().event().channel().toString());
            case ServerMessage.Subscribed subscribed ->
                end(control(json, "subscribed")
                        .key("channel")
                        .plain(subscribed.channel().toString()));
            case ServerMessage.Unsubscribed unsubscribed -> {
                control(json, "unsubscribed")
                        .key("channel")
                        .plain(unsubscribed.channel().toString());
                if (unsubscribed.reason() != null) {
                    json.key("reason").text(unsubscribed.reason());
                }
                end(json);
            }
            case ServerMessage.Presence presence -> {
                control(json, "presence")
                        .key("room")
                        .plain(presence.room().name())
                        .key("users")
                        .beginArray();
                for (String user : presence.users()) {
                    json.beginObject()
                            .key("id")
                            .plain(user)
                            .key("userId")
                            .plain(user)
                            .endObject();
                }
                end(json.endArray().key("count").number(presence.count()));
            }
            case ServerMessage.Refreshed refreshed ->
                end(control(json, "refreshed").key("expiresAt").number(refreshed.expiresAt()));
            case ServerMessage.Gap gap ->
                control(json, "gap")
                        .key("channel")
                        .plain(gap.channel().toString())
                        .key("reason")
                        .plain(gap.reason().word())
                        .endObject()
                        .key("id")
                        .plain(gap.place().toString())
                        .endObject();
            case ServerMessage.Ack ack -> end(control(json, "ack").key("id").text(ack.id()));
            case ServerMessage.Error error -> {
                control(json, "error");
                if (error.id() != null) {
                    json.key("id").text(error.id());
                }
                end(json.key("code").plain(error.code().word()).key("message").text(error.message()));
            }
        }
        return json.toBytes();
    }

    private static JsonBytes control(JsonBytes json, String type) {
        return json.beginObject().key("type").plain(type).key("payload").beginObject();
    }

    private static void end(JsonBytes json) {
        json.endObject().endObject();
    }

    private static void event(JsonBytes json, LoggedEvent logged, String place, String name) {
        json.beginObject()
                .key("type")
                .plain(logged.event().type())
                .key("payload")
                .json(logged.event().payload())
                .key(place)
                .plain(name)
                .key("id")
                .plain(logged.id().toString())
                .key("timestamp")
                .number(logged.id().timestamp())
                .endObject();
    }
}
