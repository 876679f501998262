package dev.freshet.systemtests;

import dev.freshet.testkit.RedisServer;
import java.util.Map;

/// The Redis of a deployment, whatever it is made of.
interface Backend extends AutoCloseable {

    /// What services need to find it, by the names of Quarkus.
    Map<String, String> settings();

    /// Where a partition is written now.
    RedisServer primary(int partition);

    @Override
    void close();

    /// One server.
    static Backend of(RedisServer server) {
        return new Backend() {
            @Override
            public Map<String, String> settings() {
                return Map.of("quarkus.redis.hosts", server.url());
            }

            @Override
            public RedisServer primary(int partition) {
                return server;
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }
}
