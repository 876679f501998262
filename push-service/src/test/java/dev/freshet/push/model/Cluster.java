package dev.freshet.push.model;

import dev.freshet.push.model.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Redis, the pods and the clients of one run, and what they do when left in peace.
final class Cluster {

    static final int PARTITIONS = 2;
    static final int PODS = 3;
    static final List<List<String>> CHANNELS = List.of(List.of("a", "b", "c"), List.of("d", "e"));

    private static final int PATIENCE = 300;

    private static final List<Map<Integer, List<String>>> FOLLOWED = List.of(
            Map.of(0, List.of("a")),
            Map.of(0, List.of("b")),
            Map.of(0, List.of("a", "c")),
            Map.of(0, List.of("b"), 1, List.of("d")),
            Map.of(1, List.of("d", "e")),
            Map.of(0, List.of("a", "b", "c"), 1, List.of("e")));

    final Rules rules;
    final Witness witness = new Witness();
    final List<ModelRedis> shards = new ArrayList<>();
    final List<List<ModelIndexer>> indexers = new ArrayList<>();
    final List<ModelTrimmer> trimmers = new ArrayList<>();
    final List<List<ModelTail>> pods = new ArrayList<>();
    final List<ModelClient> clients = new ArrayList<>();

    /// Of the Redis servers, ms.
    long clock = 1000;

    private int epochs;

    Cluster(Rules rules, boolean falseGapsFail) {
        this.rules = rules;
        for (int p = 0; p < PARTITIONS; p++) {
            ModelRedis redis = new ModelRedis();
            shards.add(redis);
            indexers.add(List.of(new ModelIndexer(redis, rules), new ModelIndexer(redis, rules)));
            trimmers.add(new ModelTrimmer(redis, rules));
        }
        for (int i = 0; i < PODS; i++) {
            pods.add(newPod());
        }
        FOLLOWED.forEach(channels -> clients.add(new ModelClient(channels, witness, falseGapsFail)));
    }

    private List<ModelTail> newPod() {
        List<ModelTail> tails = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            tails.add(new ModelTail(p, shards.get(p), rules, this::newEpoch));
        }
        return tails;
    }

    String newEpoch() {
        epochs++;
        return "epoch" + epochs;
    }

    void publish(int p, String channel, int b) {
        ModelRedis redis = shards.get(p);
        Published event = witness.publish(p, channel, b % 8 == 0, b % 16 == 1, redis.generation);
        clock += b / 8 % 2;
        long now = clock;
        String offered = b % 3 == 0 ? newEpoch() : "";
        String replid = redis.primary.replid;
        redis.write(data -> {
            // Freshet's own appends make the state where there is none; other producers' do not.
            if (data.state == null && !offered.isEmpty()) {
                data.state = new ModelState(offered, replid);
            }
            data.append(event, now);
        });
    }

    void publishToOrphan(int p, String channel) {
        ModelRedis redis = shards.get(p);
        ModelRedis.Node orphan = redis.orphan;
        if (orphan != null) {
            Published event = witness.publish(p, channel, false, false, redis.generation - 1);
            event.lostAt = redis.generation;
            orphan.data.append(event, clock);
        }
    }

    void failover(int p) {
        ModelRedis redis = shards.get(p);
        redis.failover();
        witness.lose(p, redis.primary.data.newestSerial, redis.generation);
    }

    /// A pod starts anew; its clients have to come again.
    void restart(int pod) {
        clients.stream()
                .filter(client ->
                        client.feeds.stream().anyMatch(feed -> pods.get(pod).contains(feed.tail)))
                .forEach(ModelClient::close);
        pods.set(pod, newPod());
    }

    /// Everyone does what he has to do until nothing is left to do; who is away stays away.
    void settle() {
        for (int p = 0; p < PARTITIONS; p++) {
            shards.get(p).replicate(Integer.MAX_VALUE);
            catchUpTails(p);
            catchUp(indexers.get(p).getFirst(), shards.get(p).primary.data);
        }
        catchUpClients();
    }

    void catchUpTails(int p) {
        for (List<ModelTail> pod : pods) {
            catchUp(pod.get(p));
        }
    }

    void catchUpClients() {
        for (ModelClient client : clients) {
            for (Feed feed : client.feeds) {
                for (int i = 0; i < PATIENCE && !feed.isAtEnd(); i++) {
                    feed.drain();
                }
            }
        }
    }

    private void catchUp(ModelIndexer indexer, Database data) {
        for (int i = 0; i < PATIENCE && data.state != null && !data.state.indexed.equals(data.log.last); i++) {
            indexer.read();
            indexer.apply(clock, Integer.MAX_VALUE);
        }
    }

    private static void catchUp(ModelTail tail) {
        tail.reconnect(tail.redis.primary);
        for (int i = 0; i < PATIENCE && !tail.r.equals(tail.redis.primary.data.log.last); i++) {
            tail.read();
            tail.check();
        }
        if (!tail.r.equals(tail.redis.primary.data.log.last)) {
            throw new Violation(Kind.STUCK, "the tail stands at " + tail.r);
        }
    }
}
