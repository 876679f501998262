package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.client.Frames;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A page in a real browser that opens one native EventSource, with a cookie, and listens. It helps with nothing else;
/// what it received goes to a transcript. Between the browser and the proxy is a line that can be broken.
final class Page implements AutoCloseable {

    private static final long DRAIN_MS = 200;

    /// Wide enough for thousands of events per second.
    private static final int LINE_BUFFER = 256 * 1024;

    /// Of an EventSource.
    private static final int OPEN = 1;

    private static final int CLOSED = 2;

    private final Chromium chromium;
    private final SilentProxy line;
    private final Transcript transcript;
    private String lastEventId = "";
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();

    private Page(Chromium chromium, SilentProxy line, Transcript transcript) {
        this.chromium = chromium;
        this.line = line;
        this.transcript = transcript;
    }

    /// Opens it and waits until its stream has begun.
    ///
    /// @param proxy a port of 127.0.0.1
    /// @param token the cookie
    static Page open(String name, int proxy, String token, Transcript transcript) {
        Chromium chromium = Chromium.start(Service.logFolder("chromium-" + name));
        Page page = new Page(chromium, SilentProxy.before(proxy, LINE_BUFFER), transcript);
        try {
            page.open(token);
            Patience.await("the browser is connected").until(() -> transcript.connections() == 1);
            return page;
        } catch (RuntimeException | Error failure) {
            page.close();
            throw failure;
        }
    }

    Transcript transcript() {
        return transcript;
    }

    /// What the EventSource says of itself: 0 while it reconnects, 1 while it is open, 2 if it gave up.
    int readyState() {
        return chromium.evaluate("source.readyState").asInt();
    }

    /// Whether its stream is open, as far as it knows.
    boolean isConnected() {
        return readyState() == OPEN;
    }

    /// Breaks its connections.
    void breakConnection() {
        line.breakAll();
    }

    /// Breaks its connections, and each new one until [#comeBack].
    void goAway() {
        line.refuse();
    }

    void comeBack() {
        line.accept();
    }

    @Override
    public void close() {
        reader.shutdownNow();
        chromium.close();
        line.close();
    }

    private void open(String token) {
        chromium.open("http://127.0.0.1:" + line.port() + "/api/stats");
        chromium.evaluate("document.cookie = 'access_token=%s; path=/'".formatted(token));
        chromium.evaluate("""
                var received = [];
                var states = [];
                var source = new EventSource('/api/events?channels=%1$s');
                for (const type of ['init', 'gap', 'heartbeat', 'unavailable', 'message']) {
                  source.addEventListener(type, event => received.push([type, event.lastEventId, event.data]));
                }
                source.addEventListener('%2$s',
                    event => received.push(['%2$s', event.lastEventId, JSON.parse(event.data).n]));
                source.addEventListener('error', () => states.push(source.readyState));
                true
                """.formatted(String.join(",", transcript.channels()), Frames.TYPE));
        reader.scheduleWithFixedDelay(this::drain, 0, DRAIN_MS, TimeUnit.MILLISECONDS);
    }

    private void drain() {
        try {
            JsonNode news = Rest.parse(
                    chromium.evaluate("JSON.stringify({received: received.splice(0), states: states.splice(0)})")
                            .asText());
            news.path("received").forEach(frame -> take(frame));
            news.path("states").forEach(state -> {
                if (state.asInt() == CLOSED) {
                    transcript.violation("gave up: readyState 2");
                }
            });
        } catch (RuntimeException | AssertionError failure) {
            if (!reader.isShutdown()) {
                transcript.violation("cannot be read: " + failure);
            }
        }
    }

    private void take(JsonNode frame) {
        String id = frame.get(1).asText();
        String cameWith = lastEventId;
        lastEventId = id;
        JsonNode data = frame.get(2);
        switch (frame.get(0).asText()) {
            case "init" ->
                transcript.connected(
                        id, cameWith, Rest.parse(data.asText()).path("resumed").asBoolean());
            case "gap" -> {
                JsonNode gap = Rest.parse(data.asText());
                transcript.gap(gap.path("channel").asText(), gap.path("reason").asText());
            }
            // The page keeps the number alone: the rest, of thousands of events, would be work for nothing.
            case Frames.TYPE -> transcript.event(data.asInt(-1), id);
            case "message" -> transcript.violation("received a message without a type: " + data);
            default -> {}
        }
    }
}
