package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Limits small enough to be met, and buckets slow enough that a test sees them empty.
public final class LimitsProfile implements QuarkusTestProfile {

    public static final int POD = 6;
    public static final int USER = 3;
    public static final int FAILURES = 20;
    public static final int MESSAGES = 20;
    public static final int JOINS = 5;
    public static final int REFUSED = 10;

    /// Less than two connections may say, more than one may.
    public static final int PUBLISHES = 30;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("freshet.http.head-timeout", "2S"),
                Map.entry("freshet.http.keep-alive", "3S"),
                Map.entry("freshet.push.limits.connections-per-pod", Integer.toString(POD)),
                Map.entry("freshet.push.limits.connections-per-user-and-pod", Integer.toString(USER)),
                Map.entry("freshet.push.limits.failures.burst", Integer.toString(FAILURES)),
                Map.entry("freshet.push.limits.failures.per-second", "1"),
                Map.entry("freshet.push.limits.messages.burst", Integer.toString(MESSAGES)),
                Map.entry("freshet.push.limits.messages.per-second", "1"),
                Map.entry("freshet.push.limits.joins.burst", Integer.toString(JOINS)),
                Map.entry("freshet.push.limits.joins.per-second", "1"),
                Map.entry("freshet.push.limits.refused.burst", Integer.toString(REFUSED)),
                Map.entry("freshet.push.limits.refused.per-second", "0.1"),
                Map.entry("freshet.push.limits.typing-interval", "1S"),
                Map.entry("freshet.publish.rate.burst", Integer.toString(PUBLISHES)),
                Map.entry("freshet.publish.rate.per-second", "0.1"),
                Map.entry("freshet.push.inbound.types", "sensor-reading"),
                Map.entry("freshet.push.sse.heartbeat-interval", "24H"),
                Map.entry("freshet.push.websocket.ping-interval", "24H"));
    }
}
