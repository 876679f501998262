package dev.freshet.push.sse;

import dev.freshet.push.PortableProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/// Streams are the same when they are written through the response.
@QuarkusTest
@TestProfile(PortableProfile.class)
@WithTestResource(FreshetResource.class)
class SseStreamPortableTest extends SseStreamTest {}
