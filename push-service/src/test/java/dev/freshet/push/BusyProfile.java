package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Everything an operator may change, changed: more partitions than the Redis client's pool holds by default,
/// short beats, little memory per connection, tokens in the query and direct messages for everyone.
public final class BusyProfile implements QuarkusTestProfile {

    public static final int PARTITIONS = 8;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("freshet.log.partitions", Integer.toString(PARTITIONS)),
                Map.entry("freshet.auth.token-in-query", "true"),
                Map.entry("freshet.auth.broadcasts-readable", "false"),
                Map.entry("freshet.direct-messages", "everyone"),
                Map.entry("freshet.push.max-channels", "12"),
                Map.entry("freshet.push.max-pending-bytes", "65536"),
                Map.entry("freshet.push.slow.max-lag", "2S"),
                Map.entry("freshet.push.sse.heartbeat-interval", "1S"),
                Map.entry("freshet.push.sse.retry", "1234MS"),
                Map.entry("freshet.push.websocket.ping-interval", "1S"),
                Map.entry("freshet.push.tail.block", "100MS"));
    }
}
