package dev.freshet.contract.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.Limits;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what a WebSocket client sent: `{"type","payload","room"?,"id"?,"echo"?}`. Safe for any thread.
public final class ClientMessageReader {

    /// Frames may be nothing but brackets, or one name, or one number: what is wrong with such a payload is for
    /// [JsonText] to say, and for the parser to read on, for the id may stand behind it. It reads in a loop and
    /// keeps some fifty bytes per level. Names are not interned, for they come from anybody and would stay for
    /// ever.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.MAX_MESSAGE_BYTES)
                    .maxNumberLength(Limits.MAX_MESSAGE_BYTES)
                    .maxNameLength(Limits.MAX_MESSAGE_BYTES)
                    .build())
            .build();

    /// For payloads that [JsonText] took.
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build());

    /// Types with a meaning of their own, which an operator cannot take for others.
    public static final Set<String> TYPES = Set.of(
            "join-room",
            "leave-room",
            "room-message",
            "direct-message",
            "subscribe",
            "unsubscribe",
            "presence",
            "refresh");

    private ClientMessageReader() {}

    /// Never throws: what cannot be understood is an [ClientMessage.Invalid].
    public static ClientMessage read(String frame) {
        return read(frame.getBytes(StandardCharsets.UTF_8));
    }

    static ClientMessage read(byte[] frame) {
        Envelope envelope = new Envelope();
        try {
            envelope.read(frame);
            return envelope.message();
        } catch (ContractViolation violation) {
            return new ClientMessage.Invalid(envelope.validId(), violation.getMessage() + ".");
        } catch (IOException notJson) {
            return new ClientMessage.Invalid(envelope.validId(), "The message is not valid JSON.");
        }
    }

    /// The outer object. The payload stays text: most messages pass it on as it is.
    private static final class Envelope {

        private @Nullable String id;
        private boolean idIsWrong;
        private @Nullable String type;
        private @Nullable String room;
        private @Nullable JsonText payload;
        private boolean echo = true;

        void read(byte[] frame) throws IOException {
            requireUtf8(frame);
            try (JsonParser parser = FACTORY.createParser(frame)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new ContractViolation("message", "must be a JSON object");
                }
                ContractViolation wrong = null;
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    try {
                        field(frame, parser, name, value);
                    } catch (ContractViolation violation) {
                        // Read on: the id may stand behind the mistake, and the answer must carry it.
                        wrong = wrong == null ? violation : wrong;
                    }
                }
                if (parser.nextToken() != null) {
                    throw new ContractViolation("message", "must be one JSON object");
                }
                if (wrong != null) {
                    throw wrong;
                }
            }
        }

        /// Jackson would take a zero byte for UTF-16 or UTF-32, in which it counts no bytes, and count past a mark
        /// that says UTF-8.
        private static void requireUtf8(byte[] frame) {
            for (int i = 0; i < Math.min(4, frame.length); i++) {
                if (frame[i] == 0 || i == 0 && frame[i] < 0) {
                    throw new ContractViolation("message", "must be a JSON object");
                }
            }
        }

        private void field(byte[] frame, JsonParser parser, String name, JsonToken value) throws IOException {
            switch (name) {
                case "type" -> type = text(parser, "type", value);
                case "room" -> room = text(parser, "room", value);
                case "id" -> {
                    idIsWrong = true;
                    id = text(parser, "id", value);
                    idIsWrong = !isMessageId(id);
                }
                case "payload" -> {
                    int from = (int) parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                    parser.finishToken();
                    payload = JsonText.payload(frame, from, end(frame, parser, from));
                }
                case "echo" -> {
                    if (!value.isBoolean()) {
                        throw new ContractViolation("echo", "must be true or false");
                    }
                    echo = value == JsonToken.VALUE_TRUE;
                }
                default -> parser.skipChildren();
            }
        }

        /// Where the current value ends. A parser may have looked one character past a number.
        private static int end(byte[] frame, JsonParser parser, int from) {
            int end = (int) Math.min(parser.currentLocation().getByteOffset(), frame.length);
            while (end > from + 1 && (frame[end - 1] == ',' || frame[end - 1] == '}' && frame[from] != '{')) {
                end--;
            }
            return end;
        }

        @Nullable
        String validId() {
            return idIsWrong ? null : id;
        }

        ClientMessage message() {
            if (idIsWrong) {
                throw new ContractViolation(
                        "id", "must be 1 to " + Limits.MAX_MESSAGE_ID_LENGTH + " characters, none a control character");
            }
            if (type == null || !EventTypes.isType(type)) {
                throw new ContractViolation("type", "must be 1 to 64 of A-Za-z0-9_.-");
            }
            if (payload == null) {
                throw new ContractViolation("payload", "is missing");
            }
            return switch (type) {
                case "join-room" -> new ClientMessage.JoinRoom(id, roomOfPayload(), optional("after"));
                case "leave-room" -> new ClientMessage.LeaveRoom(id, roomOfPayload());
                case "room-message" -> new ClientMessage.RoomMessage(id, room("room", room), payload, echo);
                case "direct-message" ->
                    new ClientMessage.DirectMessage(
                            id, Channel.user(Names.requireUserId("payload.to", required("to"))), payload);
                case "subscribe" ->
                    new ClientMessage.Subscribe(id, Channel.parse(required("channel")), optional("after"));
                case "unsubscribe" -> new ClientMessage.Unsubscribe(id, Channel.parse(required("channel")));
                case "presence" -> new ClientMessage.ListPresence(id, room("payload.room", required("room")));
                case "refresh" -> new ClientMessage.Refresh(id, required("ticket"));
                default -> {
                    if (EventTypes.isReserved(type)) {
                        throw new ContractViolation("type", "is reserved for the server's messages");
                    }
                    yield new ClientMessage.Inbound(id, type, room, payload);
                }
            };
        }

        private Channel roomOfPayload() {
            JsonNode node = tree();
            return room("payload.room", node.isTextual() ? node.textValue() : required("room"));
        }

        private static Channel room(String field, @Nullable String name) {
            if (name == null) {
                throw new ContractViolation(field, "is missing");
            }
            return new Channel(ChannelKind.ROOM, Names.requireName(field, name));
        }

        private String required(String name) {
            JsonNode value = tree().path(name);
            if (!value.isTextual() || value.textValue().isEmpty()) {
                throw new ContractViolation("payload." + name, "must be text");
            }
            return value.textValue();
        }

        private @Nullable String optional(String name) {
            JsonNode value = tree().path(name);
            if (value.isMissingNode()) {
                return null;
            }
            if (!value.isTextual()) {
                throw new ContractViolation("payload." + name, "must be text");
            }
            return value.textValue();
        }

        private JsonNode tree() {
            try {
                return JSON.readTree(payload == null ? new byte[0] : payload.utf8());
            } catch (IOException e) {
                throw new ContractViolation("payload", "is not valid JSON");
            }
        }

        private static String text(JsonParser parser, String name, JsonToken value) throws IOException {
            if (value != JsonToken.VALUE_STRING) {
                parser.skipChildren();
                throw new ContractViolation(name, "must be text");
            }
            return parser.getText();
        }
    }

    private static boolean isMessageId(String id) {
        return !id.isEmpty()
                && id.codePointCount(0, id.length()) <= Limits.MAX_MESSAGE_ID_LENGTH
                && id.chars().noneMatch(Character::isISOControl);
    }
}
