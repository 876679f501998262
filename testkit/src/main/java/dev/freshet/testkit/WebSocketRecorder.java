package dev.freshet.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Opens one WebSocket and keeps its messages until a test asks for them.
///
/// Every message must be a text frame with one JSON object that has a `type`, or the test fails. It answers
/// pings, as every client does. What is about other users' presence comes when it comes, and only [#presence]
/// asks for it. Safe for any thread; messages are sent in the order of the calls.
public final class WebSocketRecorder implements AutoCloseable {

    /// Long enough for a machine with much else to do; nobody waits for it unless a test fails.
    public static final Duration LIMIT = SseRecorder.LIMIT;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Received<Message> messages = new Received<>();
    private final Received<Message> presence = new Received<>();
    private final CompletableFuture<Close> closed = new CompletableFuture<>();
    private @Nullable WebSocket socket;
    private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

    /// One message from the server.
    ///
    /// @param text as it came
    /// @param json the same, parsed
    public record Message(String text, JsonNode json) {

        public String type() {
            return json.path("type").asText();
        }

        public JsonNode payload() {
            return json.path("payload");
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// How the server ended the connection.
    public record Close(int code, String reason) {}

    private WebSocketRecorder() {}

    /// Opens a connection.
    ///
    /// @throws java.net.http.WebSocketHandshakeException wrapped in a [CompletionException], if refused
    public static WebSocketRecorder open(HttpClient client, URI uri, Map<String, String> headers) {
        WebSocketRecorder recorder = new WebSocketRecorder();
        WebSocket.Builder builder = client.newWebSocketBuilder();
        headers.forEach(builder::header);
        recorder.socket = builder.buildAsync(uri, recorder.new Listener()).join();
        return recorder;
    }

    public void send(String text) {
        then(socket -> socket.sendText(text, true));
    }

    public void sendBinary(byte[] data) {
        then(socket -> socket.sendBinary(ByteBuffer.wrap(data), true));
    }

    /// The next message that is not about presence.
    public Message next() {
        return messages.take(message -> true, LIMIT, () -> "a message");
    }

    /// The next message, which must have this type.
    public Message next(String type) {
        Message message = next();
        if (!message.type().equals(type)) {
            throw new AssertionError("expected a message " + type + ", but it was " + message);
        }
        return message;
    }

    /// The next message that matches; those before it stay unread.
    public Message await(Predicate<Message> wanted) {
        return messages.take(wanted, LIMIT, () -> "the wanted message");
    }

    /// The next message of this type; those before it stay unread.
    public Message await(String type) {
        return messages.take(message -> message.type().equals(type), LIMIT, () -> "a message " + type);
    }

    /// The next message about another user's presence.
    public Message presence() {
        return presence.take(message -> true, LIMIT, () -> "a message about presence");
    }

    /// Fails if a message about presence was left unread.
    public void assertPresenceExhausted() {
        presence.assertNone();
    }

    /// Waits until the server closes the connection; code 1006 if it did without a close frame.
    public Close awaitClose() {
        try {
            return closed.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    /// Fails if a message was left unread, or if one was malformed.
    public void assertExhausted() {
        messages.assertNone();
    }

    /// Closes as a browser does that leaves the page.
    @Override
    public void close() {
        WebSocket open = socket;
        if (open != null && !closed.isDone()) {
            then(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
            try {
                closed.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                open.abort();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Ends the transport without a word.
    public void abort() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }

    private interface Send {
        CompletableFuture<WebSocket> to(WebSocket socket);
    }

    private synchronized void then(Send send) {
        WebSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        // A send before the last one is done would be refused.
        sent = sent.handle((done, failure) -> open).thenCompose(send::to);
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                String message = text.toString();
                text.setLength(0);
                try {
                    JsonNode json = JSON.readTree(message);
                    if (!json.isObject() || !json.path("type").isTextual()) {
                        throw new AssertionError("not a message of Freshet: " + message);
                    }
                    boolean aside = PresenceTypes.contains(json.path("type").asText());
                    (aside ? presence : messages).add(new Message(message, json));
                } catch (JsonProcessingException | AssertionError e) {
                    messages.fail(new AssertionError("not a message of Freshet: " + message, e));
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            messages.fail(new AssertionError("a binary frame"));
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(new Close(code, reason));
            messages.end();
            presence.end();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            if (error instanceof IOException) {
                closed.complete(new Close(1006, ""));
                messages.end();
                presence.end();
            } else {
                closed.completeExceptionally(error);
                messages.fail(error);
            }
        }
    }
}
