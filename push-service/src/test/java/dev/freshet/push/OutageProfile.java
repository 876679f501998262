package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// For tests that take Redis away: short beats and reads, so that they need not wait long.
public final class OutageProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.push.sse.heartbeat-interval", "500MS",
                "freshet.push.tail.block", "200MS",
                "freshet.redis.command-timeout", "1S");
    }
}
