package dev.freshet.push.model;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.push.model.Scenario.Step;
import java.util.List;

/// Lets a scenario happen.
final class World {

    private final Cluster cluster;
    private final boolean healthy;

    private World(Rules rules, boolean healthy) {
        this.cluster = new Cluster(rules, healthy);
        this.healthy = healthy;
    }

    /// @throws Violation if a promise was broken
    static Witness run(Scenario scenario, Rules rules) {
        World world = new World(rules, scenario.healthy());
        scenario.steps().forEach(world::step);
        world.finish();
        return world.cluster.witness;
    }

    private void step(Step step) {
        int a = step.a();
        int b = step.b();
        int p = a % Cluster.PARTITIONS;
        List<String> channels = Cluster.CHANNELS.get(p);
        String channel = channels.get(a / 2 % channels.size());
        ModelRedis redis = cluster.shards.get(p);
        ModelTail tail = cluster.pods.get(b % Cluster.PODS).get(p);
        ModelIndexer indexer = cluster.indexers.get(p).get(b % 2);
        ModelTrimmer trimmer = cluster.trimmers.get(p);
        ModelClient client = cluster.clients.get(a % cluster.clients.size());
        switch (step.act()) {
            case PUBLISH -> cluster.publish(p, channel, b);
            case TICK -> cluster.clock += b % 4;
            case REPLICATE -> redis.replicate(b % 6);
            case TAIL_READS -> tail.read();
            case TAIL_CHECKS -> check(tail, a);
            case CLIENT_DRAINS -> client.feeds.forEach(Feed::drain);
            case CLIENT_OPENS -> open(client, b);
            case CLIENT_CLOSES -> client.close();
            case POD_RESTARTS -> restartPod(b % Cluster.PODS);
            case TAIL_RECONNECTS -> tail.reconnect(server(redis, a / 2));
            case INDEXER_READS -> read(indexer, b);
            case INDEXER_APPLIES -> indexer.apply(cluster.clock, Integer.MAX_VALUE);
            case INDEXER_IS_CUT_OFF -> indexer.apply(cluster.clock, a % Limits.INDEXER_BATCH);
            case LOG_IS_TRIMMED_BY_AGE -> trimByAge(p, trimmer);
            case HISTORIES_EXPIRE -> trimmer.expire(cluster.clock);
            case TIME_PASSES -> passTime(b);
            case REDIS_RESTARTS -> restartRedis(p, b);
            case CLIENT_FORGES -> {
                StreamId position = new StreamId(cluster.clock - 20 + b % 60, a % 3);
                client.forge(new EventId(p, position, tail.epoch));
            }
            case CLOCK_JUMPS -> cluster.clock = Math.max(1000, cluster.clock - 60 + b % 120);
            case FAILOVER -> cluster.failover(p);
            case ORPHAN_TAKES_APPEND -> cluster.publishToOrphan(p, channel);
            case STRANGER_DELETES_LOG -> {
                // What was not even copied before it was deleted leaves no trace.
                cluster.settle();
                cluster.clock++;
                redis.write(new Stranger(step, channel));
            }
            case LOG_IS_TRIMMED_BY_CAP,
                    STRANGER_TRIMS_LOG,
                    STRANGER_DELETES_FROM_LOG,
                    STRANGER_DELETES_FROM_HISTORY,
                    STRANGER_DELETES_HISTORY,
                    STRANGER_PUTS_WRONG_TYPE,
                    STRANGER_REMOVES_WRONG_TYPE,
                    FLUSHALL -> redis.write(new Stranger(step, channel));
        }
    }

    private static ModelRedis.Node server(ModelRedis redis, int choice) {
        ModelRedis.Node orphan = redis.orphan;
        return switch (choice % 4) {
            case 0, 1 -> redis.primary;
            case 2 -> redis.replica;
            default -> orphan == null ? redis.replica : orphan;
        };
    }

    private static void check(ModelTail tail, int a) {
        if (a % 5 == 0) {
            tail.checkPrimary();
        } else {
            tail.check();
        }
    }

    private void read(ModelIndexer indexer, int b) {
        if (b % 10 == 0) {
            indexer.renewEpoch(cluster.newEpoch());
        }
        indexer.read();
    }

    /// In a healthy world no pod is as slow as the log is long.
    private void trimByAge(int p, ModelTrimmer trimmer) {
        if (healthy) {
            cluster.catchUpTails(p);
        }
        trimmer.trimByAge(cluster.clock);
    }

    /// In a healthy world nobody is as slow as that; indexers may be.
    private void passTime(int b) {
        if (healthy && b % 2 == 0) {
            cluster.settle();
        } else if (healthy) {
            for (int p = 0; p < Cluster.PARTITIONS; p++) {
                cluster.catchUpTails(p);
            }
            cluster.catchUpClients();
        }
        cluster.clock += 10 + b % (2 * Limits.HISTORY_RETENTION);
    }

    private void restartPod(int pod) {
        if (healthy) {
            cluster.settle();
        }
        cluster.restart(pod);
    }

    private void open(ModelClient client, int b) {
        if (client.isAway()) {
            if (healthy) {
                client.forgetOlderThan(cluster.clock - Limits.HISTORY_RETENTION);
            }
            client.open(cluster.pods.get(b % Cluster.PODS));
        }
    }

    /// In a healthy world the pods were at the end when it broke off, or all look at once when it comes back.
    private void restartRedis(int p, int b) {
        boolean isAhead =
                cluster.pods.stream().anyMatch(pod -> pod.get(p).feeds.stream().anyMatch(Feed::isAheadOfPod));
        boolean pause = b % 2 == 0 || isAhead;
        if (healthy && pause) {
            cluster.catchUpTails(p);
        }
        cluster.shards.get(p).restart();
        for (int i = 0; healthy && !pause && i < Cluster.PODS; i++) {
            ModelTail tail = cluster.pods.get((b + i) % Cluster.PODS).get(p);
            tail.reconnect(tail.redis.primary);
        }
    }

    /// All come back, and receive what is published then.
    private void finish() {
        cluster.settle();
        for (int i = 0; i < cluster.clients.size(); i++) {
            open(cluster.clients.get(i), i);
        }
        cluster.settle();
        for (int p = 0; p < Cluster.PARTITIONS; p++) {
            for (String channel : Cluster.CHANNELS.get(p)) {
                cluster.publish(p, channel, 2);
            }
        }
        cluster.settle();
        cluster.clients.forEach(client -> client.feeds.forEach(client::mustHaveAll));
    }
}
