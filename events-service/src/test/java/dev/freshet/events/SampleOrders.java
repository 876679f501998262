package dev.freshet.events;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// With the sample order endpoint. All who ask the packaged service use this one, so that it is started once: between
/// two profiles Quarkus may let the first questions meet the service that ends.
public final class SampleOrders implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("freshet.samples.orders", "true");
    }
}
