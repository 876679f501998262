package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Behind a proxy whose word about addresses counts, with buckets per address that a test sees empty.
public final class ProxyProfile implements QuarkusTestProfile {

    public static final String PROXY = "127.0.0.2";
    public static final int OPENS = 6;
    public static final int FAILURES = 3;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.proxy.proxy-address-forwarding", "true",
                "quarkus.http.proxy.trusted-proxies", PROXY,
                "freshet.push.limits.opens.burst", Integer.toString(OPENS),
                "freshet.push.limits.opens.per-second", "0.01",
                "freshet.push.limits.failures.burst", Integer.toString(FAILURES),
                "freshet.push.limits.failures.per-second", "0.01",
                "freshet.push.sse.heartbeat-interval", "24H",
                "freshet.push.websocket.ping-interval", "24H");
    }
}
