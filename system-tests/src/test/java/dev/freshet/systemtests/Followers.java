package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The same channels followed on every way to them: SSE at each push replica and through the proxy, WebSocket through
/// the proxy, twice, for the proxy takes the replicas in turn.
record Followers(Map<String, Recorder> all) implements AutoCloseable {

    /// Opens all and waits until each was welcomed.
    static Followers open(Deployment deployment, Rest user, String... channels) {
        Map<String, Recorder> all = new LinkedHashMap<>();
        String path = "/api/events?channels=" + String.join(",", channels);
        for (Replica push : deployment.all(Service.PUSH)) {
            all.put("SSE at " + push.child().name(), EventStream.open(push.url(path), user));
        }
        all.put("SSE through nginx", EventStream.open(deployment.url(path), user));
        all.put("SSE through nginx again", EventStream.open(deployment.url(path), user));
        for (String name : List.of("WebSocket through nginx", "WebSocket through nginx again")) {
            Socket socket = Socket.connect(deployment.url("/ws"), deployment.ticket(user));
            all.put(name, socket);
            List.of(channels).forEach(socket::subscribe);
        }
        all.forEach((name, recorder) -> {
            if (recorder instanceof EventStream stream) {
                Patience.await(name).until(() -> !stream.ofType("init").isEmpty());
            }
        });
        return new Followers(all);
    }

    /// Waits until each has at least so many events, and checks that it has no more.
    ///
    /// @return what each received
    Map<String, List<Recorder.Received>> await(int count) {
        Map<String, List<Recorder.Received>> received = new LinkedHashMap<>();
        all.forEach((name, recorder) -> {
            Patience.await(name)
                    .untilAsserted(() -> assertThat(recorder.events()).as(name).hasSizeGreaterThanOrEqualTo(count));
            received.put(name, new ArrayList<>(recorder.events()));
            assertThat(recorder.events()).as(name).hasSize(count);
        });
        return received;
    }

    /// Waits until each has so many, and checks what it has.
    void await(int count, BiConsumer<String, List<Recorder.Received>> check) {
        await(count).forEach(check);
    }

    @Override
    public void close() {
        all.values().forEach(Recorder::close);
    }
}
