package dev.freshet.push.log;

import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogConfig;
import dev.freshet.service.redis.RedisLink;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The tails of all partitions: every pod reads the whole log.
@Singleton
public final class Tails {

    private final List<Tail> tails = new ArrayList<>();

    Tails(Log log, LogConfig logConfig, RedisLink redis, Hub hub, PushMetrics metrics, Vertx vertx, PushConfig config) {
        for (int partition = 0; partition < log.partitions().count(); partition++) {
            tails.add(new Tail(partition, log, redis, logConfig.readFrom(), hub, metrics, vertx, config.tail()));
        }
    }

    void start(@Observes StartupEvent event) {
        tails.forEach(Tail::start);
    }

    void stop(@Observes ShutdownEvent event) {
        tails.forEach(Tail::stop);
    }

    /// Whether every partition's place was found.
    public boolean haveBegun() {
        return tails.stream().allMatch(Tail::hasBegun);
    }

    /// Partitions whose tails get no answers any more. Whether that is their own fault, they cannot know.
    public List<Integer> stuck() {
        long now = System.currentTimeMillis();
        return IntStream.range(0, tails.size())
                .filter(partition -> tails.get(partition).isStuck(now))
                .boxed()
                .toList();
    }
}
