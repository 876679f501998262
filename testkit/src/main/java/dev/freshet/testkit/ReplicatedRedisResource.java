package dev.freshet.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// As [FreshetResource], with a cluster, or with Sentinels if the argument `type` is `sentinel`, for fields of the test
/// of type [RedisCluster] or [RedisSentinel]. They need a password.
public final class ReplicatedRedisResource implements QuarkusTestResourceLifecycleManager {

    private boolean watched;
    private @Nullable RedisCluster cluster;
    private @Nullable RedisSentinel sentinel;
    private @Nullable Tokens tokens;
    private final Management management = Management.onAFreePort();

    @Override
    public void init(Map<String, String> initArgs) {
        watched = "sentinel".equals(initArgs.get("type"));
    }

    @Override
    public Map<String, String> start() {
        tokens = Tokens.create();
        Map<String, String> settings = new HashMap<>(tokens.settings());
        if (watched) {
            sentinel = RedisSentinel.start("--requirepass", "secret");
            settings.putAll(sentinel.settings());
        } else {
            cluster = RedisCluster.start("--requirepass", "secret");
            settings.putAll(cluster.settings());
        }
        settings.put("quarkus.http.test-port", "0");
        settings.putAll(management.settings());
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(cluster, field -> field.getType() == RedisCluster.class);
        injector.injectIntoFields(sentinel, field -> field.getType() == RedisSentinel.class);
        injector.injectIntoFields(tokens, field -> field.getType() == Tokens.class);
        injector.injectIntoFields(management, field -> field.getType() == Management.class);
    }

    @Override
    public void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (sentinel != null) {
            sentinel.close();
        }
    }
}
