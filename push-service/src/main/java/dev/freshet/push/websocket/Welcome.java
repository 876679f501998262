package dev.freshet.push.websocket;

import dev.freshet.service.identity.Caller;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import org.jspecify.annotations.Nullable;

/// What is known of a WebSocket before its upgrade.
///
/// @param caller who opens it; `null` if the ticket was no good, which is told by a close code after the upgrade: a
///     browser's page never sees the status of a refused one
/// @param after where the client stands, as it says, not parsed
/// @param transport to be cut when a peer no longer answers and a close frame would wait for ever
/// @param headers of the request, which Vert.x keeps for as long as the connection lives
record Welcome(@Nullable Caller caller, @Nullable String after, HttpConnection transport, MultiMap headers) {

    /// Where the request's context keeps it between admission and upgrade.
    static final String CONTEXT_KEY = Welcome.class.getName();
}
