package dev.freshet.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one service under `@QuarkusTest` needs: a Redis server and an identity provider, handed to static fields of
/// the test of type [RedisServer] and [Tokens].
public final class FreshetResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable RedisServer redis;
    private @Nullable Tokens tokens;
    private final Management management = Management.onAFreePort();
    private Map<String, String> arguments = Map.of();

    /// Options for `redis-server`, each as name and value (`--maxmemory` = `10mb`).
    @Override
    public void init(Map<String, String> initArgs) {
        arguments = initArgs;
    }

    @Override
    public Map<String, String> start() {
        redis = RedisServer.start(arguments.entrySet().stream()
                .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue()))
                .toArray(String[]::new));
        tokens = Tokens.create();
        Map<String, String> settings = new HashMap<>(tokens.settings());
        settings.put("quarkus.redis.hosts", redis.url());
        settings.put("quarkus.http.test-port", "0");
        settings.putAll(management.settings());
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(redis, field -> field.getType() == RedisServer.class);
        injector.injectIntoFields(tokens, field -> field.getType() == Tokens.class);
        injector.injectIntoFields(management, field -> field.getType() == Management.class);
    }

    @Override
    public void stop() {
        if (redis != null) {
            redis.close();
        }
    }
}
