package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.event.EventTypes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A WebSocket client that keeps what it receives.
final class Socket implements Recorder, WebSocket.Listener {

    /// [#closeCode()] of a connection that is open.
    static final int OPEN = -1;

    /// [#closeCode()] of a connection that broke.
    static final int BROKEN = 1006;

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final List<JsonNode> frames = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private @Nullable WebSocket connection;
    private int closeCode = OPEN;

    private Socket() {}

    /// Opens a connection and does not wait.
    ///
    /// @param url of `/ws` by `http:`
    static CompletableFuture<Socket> connectAsync(String url, String ticket) {
        Socket socket = new Socket();
        URI address = URI.create(url.replaceFirst("^http", "ws") + "?ticket=" + ticket);
        return CLIENT.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(20))
                .buildAsync(address, socket)
                .thenApply(open -> socket);
    }

    /// Opens a connection and waits until it was welcomed.
    static Socket connect(String url, String ticket) {
        Socket socket = connectAsync(url, ticket).join();
        Patience.await("connected").until(() -> !socket.ofType("connected").isEmpty());
        return socket;
    }

    /// Sends a message and waits until it left. One at a time.
    void send(String json) {
        WebSocket open;
        synchronized (this) {
            open = java.util.Objects.requireNonNull(connection);
        }
        open.sendText(json, true).join();
    }

    /// Follows a channel, and waits until that was confirmed.
    void subscribe(String channel) {
        int before = ofType("subscribed").size();
        send("{\"type\":\"subscribe\",\"payload\":{\"channel\":\"%s\"}}".formatted(channel));
        Patience.await("subscribed").until(() -> ofType("subscribed").size() > before);
    }

    /// Joins a room, and waits until that was confirmed.
    void join(String room) {
        send("{\"type\":\"join-room\",\"payload\":\"%s\"}".formatted(room));
        Patience.await("joined-room").until(() -> !ofType("joined-room").isEmpty());
    }

    /// [#OPEN], [#BROKEN], or what the server said.
    synchronized int closeCode() {
        return closeCode;
    }

    synchronized List<JsonNode> frames() {
        return List.copyOf(frames);
    }

    @Override
    public List<Received> events() {
        return frames().stream()
                .filter(frame -> frame.has("timestamp")
                        && !EventTypes.isReserved(frame.path("type").asText()))
                .map(frame -> new Received(
                        frame.path("id").asText(), frame.path("type").asText(), frame.path("payload")))
                .toList();
    }

    @Override
    public List<JsonNode> ofType(String type) {
        return frames().stream()
                .filter(frame -> frame.path("type").asText().equals(type))
                .toList();
    }

    @Override
    public boolean isOpen() {
        return closeCode() == OPEN;
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.abort();
        }
    }

    @Override
    public synchronized void onOpen(WebSocket webSocket) {
        connection = webSocket;
        webSocket.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
        partial.append(text);
        if (last) {
            frames.add(Rest.parse(partial.toString()));
            partial.setLength(0);
        }
        return null;
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        closeCode = code;
        return null;
    }

    @Override
    public synchronized void onError(WebSocket webSocket, Throwable failure) {
        closeCode = BROKEN;
    }
}
