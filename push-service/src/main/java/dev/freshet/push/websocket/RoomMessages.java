package dev.freshet.push.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventTypes;
import dev.freshet.contract.json.JsonText;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.service.identity.Caller;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What people say to each other, as events.
///
/// What a message claims about its sender is replaced by what is known: nobody speaks under another's name.
@Singleton
final class RoomMessages {

    private static final String CHAT = "chat-message";
    private static final String TYPING = "user-typing";
    /// Nobody needs as many to say it; and what is longer, or spelt with escapes, counts like every other
    /// message.
    private static final int MAX_TYPING_BYTES = 1024;

    private static final String PLAIN = "room-message";
    private static final String DIRECT = "direct-message";

    /// Numbers keep their digits: what a client sent is what the others get.
    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Clock clock = Clock.systemUTC();

    /// A room message, named by the payload's own type where that may be one, as typing where it is about that.
    ///
    /// @throws ContractViolation if the payload, with what is added to it, is too large
    Event event(ClientMessage.RoomMessage message, Caller caller) {
        JsonNode payload = read(message.payload());
        String type = type(payload);
        JsonText stored = message.payload();
        boolean typing = type.equals(TYPING);
        if (payload instanceof ObjectNode object) {
            if (type.equals(CHAT)) {
                stored = write(chat(object, message.id(), caller));
            } else if (typing) {
                object.put("userId", caller.userId());
                object.put("userName", name(object, caller));
                stored = write(object);
            }
        }
        return Event.of(message.room(), type, stored)
                .withActor(caller.userId())
                .withEphemeral(typing)
                .withExclude(typing || !message.echo() ? caller.userId() : null);
    }

    /// Whether a room message becomes one about typing.
    boolean isTyping(ClientMessage.RoomMessage message) {
        byte[] utf8 = message.payload().utf8();
        // The others are parsed once, which is when they are sent.
        if (utf8.length > MAX_TYPING_BYTES) {
            return false;
        }
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (!text.contains("isTyping") && !text.contains(TYPING)) {
            return false;
        }
        try {
            return type(read(message.payload())).equals(TYPING);
        } catch (ContractViolation unreadable) {
            // Not even typing: who makes the event of it answers that.
            return false;
        }
    }

    /// A message to one user: the payload and who it is from.
    ///
    /// @throws ContractViolation if the payload, with what is added to it, is too large
    Event direct(ClientMessage.DirectMessage message, Caller caller) {
        if (!(read(message.payload()) instanceof ObjectNode object)) {
            throw new ContractViolation("payload", "must be an object");
        }
        object.put("from", caller.userId());
        return Event.of(message.to(), DIRECT, write(object)).withActor(caller.userId());
    }

    private ObjectNode chat(ObjectNode object, @Nullable String messageId, Caller caller) {
        String own = object.path("id").textValue();
        String id = messageId != null ? messageId : own != null && !own.isEmpty() ? own : randomId();
        object.put("id", id);
        object.put("userId", caller.userId());
        object.put("userName", name(object, caller));
        object.put("timestamp", clock.millis());
        return object;
    }

    private static String type(JsonNode payload) {
        String own = payload.path("type").textValue();
        if (own != null && EventTypes.isType(own) && !EventTypes.isReserved(own)) {
            return own;
        }
        return payload.path("isTyping").isBoolean() ? TYPING : PLAIN;
    }

    private static String name(ObjectNode object, Caller caller) {
        if (caller.name() != null) {
            return caller.name();
        }
        String sent = object.path("userName").textValue();
        return sent != null && !sent.isEmpty() ? sent : caller.userId();
    }

    private static String randomId() {
        return UUID.randomUUID().toString();
    }

    private JsonNode read(JsonText payload) {
        try {
            return json.readTree(payload.utf8());
        } catch (IOException e) {
            throw new ContractViolation("payload", "is not valid JSON");
        } catch (NumberFormatException outOfRange) {
            // Of an exponent that no BigDecimal has, which Jackson does not wrap.
            throw new ContractViolation("payload", "has a number whose exponent is out of range");
        }
    }

    private JsonText write(ObjectNode object) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            json.writeTree(generator, object);
        } catch (IOException e) {
            throw new ContractViolation("payload", "is not valid JSON");
        }
        return JsonText.payload(bytes.toByteArray());
    }
}
