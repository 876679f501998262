package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// As in production, with one page's origin allowed. Without heartbeats and pings: they are spread over their
/// interval, so the first may come at any moment, also between two bytes that a test reads.
public final class StandardProfile implements QuarkusTestProfile {

    public static final String ORIGIN = "https://app.test";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.auth.origins", ORIGIN,
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
