package dev.freshet.push;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.Map;

/// As [StandardProfile], with all that is written going through public interfaces, as it does with TLS and HTTP/2.
public final class PortableProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(new StandardProfile().getConfigOverrides());
        settings.put("freshet.push.direct-writes", "false");
        return settings;
    }
}
