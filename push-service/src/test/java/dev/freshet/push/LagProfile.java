package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Readers may be three megabytes behind, and end beyond. Beats would not notice it for a day.
public final class LagProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.slow.max-lag-events", "0",
                "freshet.push.slow.max-lag-bytes", "3000000",
                "freshet.push.slow.max-lag", "0S",
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
