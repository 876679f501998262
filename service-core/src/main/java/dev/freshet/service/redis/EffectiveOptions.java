package dev.freshet.service.redis;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// What Quarkus made of `quarkus.redis.*` for the default client: hosts, type, credentials, TLS, socket options.
///
/// Quarkus shows it to every customizer when it makes the client, for whatever type; so nothing of it has to be
/// read from the settings a second time.
///
/// The name in a certificate is compared with the host unless the settings say `NONE`. A named TLS configuration
/// that says nothing would leave it open, and Vert.x then connects to nobody.
@Singleton
final class EffectiveOptions implements RedisOptionsCustomizer {

    private static final String DEFAULT_CLIENT = "<default>";

    private volatile @Nullable RedisOptions options;

    @Override
    public void customize(String clientName, RedisOptions made) {
        if (clientName.equals(DEFAULT_CLIENT)) {
            NetClientOptions net = made.getNetClientOptions();
            net.setHostnameVerificationAlgorithm(algorithm(net.getHostnameVerificationAlgorithm()));
            options = new RedisOptions(made);
        }
    }

    /// @throws IllegalStateException before the default client was made
    RedisOptions get() {
        RedisOptions known = options;
        if (known == null) {
            throw new IllegalStateException("Quarkus has made no Redis client yet");
        }
        return known;
    }

    private static String algorithm(@Nullable String configured) {
        if (configured == null) {
            return "HTTPS";
        }
        // Quarkus's word for what is an empty one to Vert.x; it translates it in only one of its two ways to set TLS.
        return configured.equalsIgnoreCase("NONE") ? "" : configured;
    }
}
