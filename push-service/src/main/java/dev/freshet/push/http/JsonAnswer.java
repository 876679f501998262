package dev.freshet.push.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/// Answers a `GET` or `HEAD` with JSON.
public final class JsonAnswer {

    private JsonAnswer() {}

    /// The body and a tag made of its bytes. Its client may keep it, but asks about it each time.
    public static void send(RoutingContext context, byte[] body) {
        send(context, body, EntityTag.of(body));
    }

    /// The body and its tag; 304 without a body where the client has it already.
    public static void send(RoutingContext context, byte[] body, String tag) {
        send(context, body, tag, "private, no-cache");
    }

    /// The same, and its client need not ask again for so many seconds.
    public static void keepFor(int seconds, RoutingContext context, byte[] body) {
        send(context, body, EntityTag.of(body), "private, max-age=" + seconds);
    }

    private static void send(RoutingContext context, byte[] body, String tag, String caching) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            return;
        }
        response.putHeader("ETag", tag);
        response.putHeader("Cache-Control", caching);
        if (EntityTag.isIn(context.request().getHeader("If-None-Match"), tag)) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader("Content-Type", "application/json");
        if (context.request().method() == HttpMethod.HEAD) {
            response.putHeader("Content-Length", Integer.toString(body.length)).end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }
}
