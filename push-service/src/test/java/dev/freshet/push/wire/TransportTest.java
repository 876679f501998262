package dev.freshet.push.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.spi.transport.Transport;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/// The way by which a native image finds Netty's epoll, as far as a JVM can go it.
@QuarkusTest
@WithTestResource(FreshetResource.class)
@TestProfile(StandardProfile.class)
class TransportTest extends PushTest {

    private static final String METADATA =
            "META-INF/native-image/dev.freshet/freshet-push-service/reachability-metadata.json";

    @Inject
    Vertx vertx;

    @Test
    void eventsGoThroughNettysEpoll() {
        assertThat(((VertxInternal) vertx).transport()).isInstanceOf(EpollTransport.class);
    }

    @Test
    void vertxFindsItAmongItsServices() {
        assertThat(ServiceLoader.load(Transport.class)).singleElement().isInstanceOf(EpollTransport.class);
    }

    @Test
    void theNativeImageHasTheServiceToo() throws IOException {
        JsonNode metadata = metadata();

        assertThat(metadata.findValuesAsText("glob")).contains("META-INF/services/" + Transport.class.getName());
        assertThat(metadata.path("reflection")).anySatisfy(type -> {
            assertThat(type.path("type").textValue()).isEqualTo(EpollTransport.class.getName());
            assertThat(type.path("methods").findValuesAsText("name")).contains("<init>");
        });
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream file = TransportTest.class.getClassLoader().getResourceAsStream(METADATA)) {
            return new ObjectMapper().readTree(Objects.requireNonNull(file, METADATA));
        }
    }
}
