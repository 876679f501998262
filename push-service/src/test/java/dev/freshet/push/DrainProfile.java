package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// A drain long enough to look at its parts.
public final class DrainProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.drain.accept", "3S",
                "freshet.push.drain.window", "4S",
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.sse.retry", "1S",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
