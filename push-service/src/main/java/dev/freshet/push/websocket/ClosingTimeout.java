package dev.freshet.push.websocket;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/// A peer that does not answer a close frame is cut off soon: it is gone, or it does not read, and what waits
/// for it costs memory. Vert.x would wait 10 s, whichever way the connection is closed.
@Singleton
final class ClosingTimeout implements HttpServerOptionsCustomizer {

    /// As long as [Outbox] gives the close frame to be written.
    private static final int SECONDS = 5;

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setWebSocketClosingTimeout(SECONDS);
    }
}
