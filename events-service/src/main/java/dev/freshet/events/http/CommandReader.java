package dev.freshet.events.http;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.log.TraceParent;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.http.BodyReader;
import dev.freshet.service.identity.Authenticator;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Turns a request into a [Command]: the sender first, then the headers, and only then the body, so that nobody
/// without a token makes the service hold one.
@Singleton
public final class CommandReader {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)");

    private final Authenticator authenticator;

    CommandReader(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /// Fails with what the sender did wrong: 401, 403, 415, 400 or 413, in this order.
    ///
    /// @param mediaTypes that are understood, in lower case; with the empty one, no body needs none
    /// @param limit of the body, bytes
    public Future<Command> read(HttpServerRequest request, Set<String> mediaTypes, int limit) {
        return authenticator
                .authenticate(request)
                .compose(caller -> {
                    String mediaType = mediaType(request.getHeader("Content-Type"));
                    boolean understood = !mediaType.isEmpty() && mediaTypes.contains(mediaType);
                    if (!understood && !mediaTypes.contains("")) {
                        return Future.failedFuture(unsupported(mediaTypes));
                    }
                    String key = idempotencyKey(request.getHeader("Idempotency-Key"));
                    String traceparent = TraceParent.orNull(request.getHeader("traceparent"));
                    return BodyReader.read(request, limit).map(body -> {
                        if (!understood && body.length > 0) {
                            throw unsupported(mediaTypes);
                        }
                        return new Command(
                                caller, request.method().name(), request.path(), mediaType, body, key, traceparent);
                    });
                })
                // An unread body would keep the connection from its next request.
                .onFailure(refused -> BodyReader.discard(request));
    }

    /// Type and subtype; `other` for another encoding than UTF-8, which JSON always has (RFC 8259, section 8.1).
    private static String mediaType(@Nullable String header) {
        if (header == null) {
            return "";
        }
        String lower = header.toLowerCase(Locale.ROOT);
        int semicolon = lower.indexOf(';');
        var charset = CHARSET.matcher(lower);
        if (charset.find()
                && !charset.group(1).equals("utf-8")
                && !charset.group(1).equals("us-ascii")) {
            return "other";
        }
        return (semicolon < 0 ? lower : lower.substring(0, semicolon)).trim();
    }

    private static ProblemException unsupported(Set<String> mediaTypes) {
        return ProblemException.of(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type must be "
                        + String.join(
                                " or ",
                                mediaTypes.stream()
                                        .filter(type -> !type.isEmpty())
                                        .sorted()
                                        .toList())
                        + ", in UTF-8.");
    }

    private static @Nullable String idempotencyKey(@Nullable String header) {
        if (header != null && !KEY.matcher(header).matches()) {
            throw new ContractViolation("Idempotency-Key", "must be 1 to 128 of A-Za-z0-9_-");
        }
        return header;
    }
}
