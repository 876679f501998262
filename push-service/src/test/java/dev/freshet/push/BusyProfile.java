package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Everything an operator may change, changed: more partitions than the Redis client's pool holds by default,
/// short beats, little memory per connection, tokens in the query and direct messages for everyone.
public final class BusyProfile implements QuarkusTestProfile {

    public static final int PARTITIONS = 8;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "freshet.log.partitions", Integer.toString(PARTITIONS),
                "freshet.auth.token-in-query", "true",
                "freshet.auth.broadcasts-readable", "false",
                "freshet.push.direct-messages", "everyone",
                "freshet.push.max-channels", "12",
                "freshet.push.max-pending-bytes", "131072",
                "freshet.push.sse.heartbeat-interval", "1S",
                "freshet.push.sse.retry", "1234MS",
                "freshet.push.websocket.ping-interval", "1S",
                "freshet.push.tail.check-interval", "10MS");
    }
}
