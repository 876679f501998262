package dev.freshet.events.http;

import dev.freshet.service.identity.Caller;
import dev.freshet.service.log.IdempotencyKey;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A request whose sender is known and whose body is read.
///
/// @param caller who sent it
/// @param method in upper case
/// @param path as sent, without the query
/// @param mediaType of the body, in lower case and without parameters; empty where none was sent
/// @param body may be empty
/// @param idempotencyKey as sent, fitting its grammar
/// @param traceparent well-formed
public record Command(
        Caller caller,
        String method,
        String path,
        String mediaType,
        byte[] body,
        @Nullable String idempotencyKey,
        @Nullable String traceparent) {

    /// The key under which the first answer is remembered; `null` where none was sent.
    ///
    /// @param more all that the answer depends on besides method, path, media type and body
    public @Nullable IdempotencyKey idempotency(String more) {
        return idempotencyKey == null
                ? null
                : IdempotencyKey.of(
                        caller.userId(), idempotencyKey, utf8(method + " " + path), utf8(mediaType), utf8(more), body);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
