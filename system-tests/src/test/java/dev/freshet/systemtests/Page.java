package dev.freshet.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.client.Frames;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A page in a real browser that opens one native EventSource, with a cookie and through nginx, and listens. It
/// helps with nothing else; what it received goes to a transcript.
final class Page implements AutoCloseable {

    private static final long DRAIN_MS = 200;

    private final Chromium chromium;
    private final Transcript transcript;
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();

    private Page(Chromium chromium, Transcript transcript) {
        this.chromium = chromium;
        this.transcript = transcript;
    }

    /// Opens it and waits until its stream has begun.
    static Page open(String name, Deployment deployment, Transcript transcript) {
        Chromium chromium = Chromium.start(Service.logFolder("chromium-" + name));
        Page page = new Page(chromium, transcript);
        try {
            page.open(deployment);
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

    @Override
    public void close() {
        reader.shutdownNow();
        chromium.close();
    }

    private void open(Deployment deployment) {
        chromium.open(deployment.url("/api/stats"));
        chromium.evaluate("document.cookie = 'access_token=%s; path=/'"
                .formatted(
                        deployment.secrets().remember(deployment.user("browser").sign())));
        chromium.evaluate("""
                var received = [];
                var states = [];
                var source = new EventSource('/api/events?channels=%s');
                for (const type of ['init', 'gap', 'heartbeat', 'unavailable', 'message', '%s']) {
                  source.addEventListener(type, event => received.push([type, event.lastEventId, event.data]));
                }
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
                if (state.asInt() == 2) {
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
        JsonNode data = Rest.parse(frame.get(2).asText());
        switch (frame.get(0).asText()) {
            case "init" ->
                transcript.connected(
                        id, transcript.connections() > 0, data.path("resumed").asBoolean());
            case "gap" ->
                transcript.gap(
                        data.path("channel").asText(), data.path("reason").asText());
            case Frames.TYPE -> transcript.event(data.path("n").asInt(-1), id);
            case "message" -> transcript.violation("received a message without a type: " + data);
            default -> {}
        }
    }
}
