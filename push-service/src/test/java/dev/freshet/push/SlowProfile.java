package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Readers may be twenty entries behind, for as long as they like, and then skip.
public final class SlowProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.slow.max-lag-events", "20",
                "freshet.push.slow.max-lag-bytes", "0",
                "freshet.push.slow.max-lag", "0S",
                "freshet.push.slow.policy", "gap",
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
