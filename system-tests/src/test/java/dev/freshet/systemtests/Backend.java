package dev.freshet.systemtests;

import dev.freshet.contract.log.Keys;
import dev.freshet.testkit.RedisCluster;
import dev.freshet.testkit.RedisSentinel;
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

    /// A primary that Sentinels replace.
    static Backend of(RedisSentinel sentinel) {
        return new Backend() {
            @Override
            public Map<String, String> settings() {
                return sentinel.settings();
            }

            @Override
            public RedisServer primary(int partition) {
                return sentinel.primary();
            }

            @Override
            public void close() {
                sentinel.close();
            }
        };
    }

    /// Partitions on the primaries of a cluster.
    static Backend of(RedisCluster cluster) {
        return new Backend() {
            @Override
            public Map<String, String> settings() {
                return cluster.settings();
            }

            @Override
            public RedisServer primary(int partition) {
                return cluster.primaryOf(Keys.events(partition));
            }

            @Override
            public void close() {
                cluster.close();
            }
        };
    }
}
