package dev.freshet.push.wire;

import dev.freshet.push.config.PushConfig;
import io.netty.channel.epoll.Epoll;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Says so at the start if events cannot go straight to the sockets, which else shows in the processor's time
/// only.
///
/// Vert.x finds Netty's epoll among its services (`META-INF/services`): what it does by itself for that is not in
/// a native image, for Quarkus replaces it.
@Singleton
final class Transport {

    private static final Logger LOG = Logger.getLogger(Transport.class);

    private final Vertx vertx;
    private final boolean wanted;

    Transport(
            Vertx vertx,
            PushConfig config,
            @ConfigProperty(name = "quarkus.vertx.prefer-native-transport") boolean preferred) {
        this.vertx = vertx;
        this.wanted = preferred && config.directWrites();
    }

    void start(@Observes StartupEvent event) {
        if (wanted && !vertx.isNativeTransportEnabled()) {
            LOG.warnf(
                    "Events go through the JDK's sockets, at a higher cost, for Netty's epoll cannot be used: %s",
                    why());
        }
    }

    private static @Nullable Throwable why() {
        Throwable cause = Epoll.unavailabilityCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
