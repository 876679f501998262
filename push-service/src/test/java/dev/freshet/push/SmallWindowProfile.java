package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// A window of few events, so that what is older has to come from elsewhere.
public final class SmallWindowProfile implements QuarkusTestProfile {

    public static final int WINDOW = 16;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.tail.window-events", Integer.toString(WINDOW),
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
