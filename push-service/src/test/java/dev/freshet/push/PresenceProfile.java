package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Presence with short times and small crowds.
public final class PresenceProfile implements QuarkusTestProfile {

    public static final int CROWD = 5;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.presence.leave-grace", "1S",
                "freshet.push.presence.renewal-interval", "100MS",
                "freshet.push.presence.missed-renewals", "5",
                "freshet.push.presence.crowd", Integer.toString(CROWD),
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
