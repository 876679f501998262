package dev.freshet.push.websocket;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.message.ClientMessage;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.log.IdempotencyConflict;
import dev.freshet.service.log.IdempotencyKey;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Hands clients' messages to backend services: one capped stream per type that the operator allowed.
@Singleton
final class InboundMessages {

    /// KEYS: stream, and the idempotency key if there is one. ARGV: entries to keep, fingerprint of the message,
    /// seconds to remember it, then names and values of the fields. Answers `appended`, `repeated`, or `conflict`
    /// for the same key with another fingerprint.
    private static final Script APPEND = Script.of("""
            #!lua
            if KEYS[2] then
              local first = redis.call('GET', KEYS[2])
              if first then return first == ARGV[2] and 'repeated' or 'conflict' end
            end
            redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 4))
            if KEYS[2] then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
            return 'appended'
            """);

    private final RedisLink redis;
    private final PushMetrics metrics;
    private final Set<String> types;
    private final long maxLength;

    InboundMessages(RedisLink redis, PushMetrics metrics, PushConfig config) {
        this.redis = redis;
        this.metrics = metrics;
        this.types = Set.copyOf(config.inbound().types().orElse(List.of()));
        this.maxLength = config.inbound().maxLength();
    }

    /// Whether the operator allowed the type.
    boolean take(String type) {
        return types.contains(type);
    }

    /// The room that the message is about; `null` if it is about none.
    ///
    /// @throws ContractViolation if that cannot be a room
    static @Nullable Channel room(ClientMessage.Inbound message) {
        return message.room() == null ? null : Channel.room(Names.requireName("room", message.room()));
    }

    /// Appends a message of an allowed type, once per idempotency key. Who calls this has seen to it that the
    /// caller may follow the room. Fails with [IdempotencyConflict] or `RedisUnavailable`.
    Future<Void> append(ClientMessage.Inbound message, @Nullable String idempotent, Caller caller, String connection) {
        IdempotencyKey key = idempotent == null
                ? null
                : IdempotencyKey.of(
                        caller.userId(),
                        "message " + idempotent,
                        utf8(message.room() == null ? "" : message.room()),
                        message.payload().utf8());
        List<String> keys = key == null
                ? List.of(Keys.inbound(message.type()))
                : List.of(Keys.inbound(message.type()), Keys.inboundIdempotency(message.type(), key.hash()));
        return redis.run(APPEND, keys, arguments(message, key, caller, connection))
                .map(outcome -> {
                    switch (outcome.toString()) {
                        case "conflict" -> throw new IdempotencyConflict();
                        case "appended" -> metrics.inbound(message.type());
                        default -> {}
                    }
                    return null;
                });
    }

    private List<Object> arguments(
            ClientMessage.Inbound message, @Nullable IdempotencyKey key, Caller caller, String connection) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(maxLength);
        arguments.add(key == null ? "" : key.fingerprint());
        arguments.add(IdempotencyKey.LIFE_SECONDS);
        field(arguments, "user", caller.userId());
        field(arguments, "connection", connection);
        if (caller.name() != null) {
            field(arguments, "name", caller.name());
        }
        if (message.room() != null) {
            field(arguments, "room", message.room());
        }
        if (message.id() != null) {
            field(arguments, "id", message.id());
        }
        arguments.add("payload");
        arguments.add(message.payload().utf8());
        return arguments;
    }

    private static void field(List<Object> arguments, String name, String value) {
        arguments.add(name);
        arguments.add(utf8(value));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
