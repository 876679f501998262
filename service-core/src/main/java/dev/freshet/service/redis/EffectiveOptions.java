package dev.freshet.service.redis;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// What Quarkus made of `quarkus.redis.*` for the default client: hosts, type, credentials, TLS, socket options.
///
/// Quarkus shows it to every customizer when it makes the client, for whatever type; so nothing of it has to be read
/// from the settings a second time.
@Singleton
final class EffectiveOptions implements RedisOptionsCustomizer {

    private static final String DEFAULT_CLIENT = "<default>";

    private volatile @Nullable RedisOptions options;

    @Override
    public void customize(String clientName, RedisOptions made) {
        if (clientName.equals(DEFAULT_CLIENT)) {
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
}
