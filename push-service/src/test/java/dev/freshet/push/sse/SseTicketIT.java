package dev.freshet.push.sse;

import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;

/// As [SseTicketTest], asked of the service as it is shipped: the jar, or with `-Dnative` the binary.
@QuarkusIntegrationTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseTicketIT extends SseTicketTest {}
