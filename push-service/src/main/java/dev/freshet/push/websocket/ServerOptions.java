package dev.freshet.push.websocket;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/// What of the WebSocket protocol Quarkus has no settings for.
@Singleton
final class ServerOptions implements HttpServerOptionsCustomizer {

    /// As long as [Outbox] gives the close frame to be written.
    private static final int CLOSING_SECONDS = 5;

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customize(options);
    }

    private static void customize(HttpServerOptions options) {
        // A peer that does not answer a close frame is cut off soon: it is gone, or it does not read, and what waits
        // for it costs memory. Vert.x would wait 10 s, whichever way the connection is closed.
        options.setWebSocketClosingTimeout(CLOSING_SECONDS);
        // x-webkit-deflate-frame, which nobody offers but who tries. With it on, reserved bits would pass, too.
        options.setPerFrameWebSocketCompressionSupported(false);
    }
}
