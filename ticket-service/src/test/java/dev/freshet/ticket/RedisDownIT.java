package dev.freshet.ticket;

import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/// As [RedisDownTest], asked of the service as it is shipped: the jar, or with `-Dnative` the binary.
@QuarkusIntegrationTest
@WithTestResource(FreshetResource.class)
class RedisDownIT extends RedisDownTest {}
