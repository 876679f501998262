package dev.freshet.push.websocket;

import dev.freshet.push.PortableProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/// Rooms are the same when their frames are written through WebSockets Next.
@QuarkusTest
@TestProfile(PortableProfile.class)
@WithTestResource(FreshetResource.class)
class RoomMessagePortableTest extends RoomMessageTest {}
