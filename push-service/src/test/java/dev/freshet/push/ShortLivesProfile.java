package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Connections are asked to move after about two seconds, and revocations are looked up all the time.
public final class ShortLivesProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.max-connection-age", "2S",
                "freshet.push.revocation-check", "200MS",
                "freshet.push.sse.heartbeat-interval", "500MS",
                "freshet.push.sse.retry", "1S",
                "freshet.push.websocket.ping-interval", "500MS");
    }
}
