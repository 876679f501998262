package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// As in production, with one page's origin allowed. Without heartbeats and pings: they are spread over their
/// interval, so the first may come at any moment, also between two bytes that a test reads. And without bounds on
/// how far a reader lags, for tests let readers pause.
public final class StandardProfile implements QuarkusTestProfile {

    public static final String ORIGIN = "https://app.test";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                // A packaged service ends when its tests do.
                "freshet.push.drain.accept", "0S",
                "freshet.push.drain.window", "1S",
                "freshet.auth.origins", ORIGIN,
                "freshet.push.inbound.types", "chess-move,sensor-reading",
                "freshet.push.slow.max-lag-events", "0",
                "freshet.push.slow.max-lag", "0S",
                "freshet.push.slow.max-lag-bytes", "0",
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
