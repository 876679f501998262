package dev.freshet.push.presence;

import dev.freshet.push.PresenceProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;

/// As [PresenceTest], asked of the service as it is shipped: the jar, or with `-Dnative` the binary.
@QuarkusIntegrationTest
@TestProfile(PresenceProfile.class)
@WithTestResource(FreshetResource.class)
class PresenceIT extends PresenceTest {}
