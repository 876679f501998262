package dev.freshet.events.publish;

import dev.freshet.events.SampleOrders;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;

/// As [PublishHardeningTest], asked of the service as it is shipped: the jar, or with `-Dnative` the binary.
@QuarkusIntegrationTest
@TestProfile(SampleOrders.class)
@WithTestResource(FreshetResource.class)
class PublishHardeningIT extends PublishHardeningTest {}
