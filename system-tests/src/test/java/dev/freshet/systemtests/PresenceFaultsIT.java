package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.testkit.RedisSentinel;
import dev.freshet.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Who is told to have come and to have gone, through faults: exactly those who did.
@Tag("faults")
final class PresenceFaultsIT {

    private static final int PER_POD = 20;
    private static final List<String> KINDS = List.of("room", "document");

    /// After `kill -9`.
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(30);

    /// In which a silent pod is found, with the times of production.
    private static final Duration FOUND = Duration.ofSeconds(18);

    /// The same with shorter times.
    private static final Duration FOUND_SOON = Duration.ofSeconds(9);

    private static final Duration GRACE = Duration.ofSeconds(10);

    /// A room and a document with as many users on each of two pods, a quarter of them on each way to be there, and
    /// somebody who watches both and is not present.
    private static final class Crowd implements AutoCloseable {

        private final Deployment deployment;
        private final String name = "crowd-" + UUID.randomUUID();
        private final List<Attendee> users = new ArrayList<>();
        private final List<EventStream> watchers = new ArrayList<>();

        Crowd(Deployment deployment) {
            this.deployment = deployment;
            for (String kind : KINDS) {
                String path = "/api/%ss/%s/events?presence=false".formatted(kind, name);
                watchers.add(EventStream.open(deployment.push(1).url(path), rest()));
            }
            Attendee.Way[] ways = Attendee.Way.values();
            IntStream.range(0, 2 * PER_POD)
                    .forEach(i -> users.add(
                            Attendee.enter("user-" + i, deployment, ways[i % ways.length], name, i / PER_POD)));
            awaitPresent(users);
            Patience.await("all have joined")
                    .untilAsserted(
                            () -> assertThat(changes("user-joined")).containsExactlyInAnyOrderElementsOf(names(users)));
        }

        private Rest rest() {
            return deployment.follower("watcher", "room:*", "document:*");
        }

        List<Attendee> on(int pod) {
            return users.subList(pod * PER_POD, (pod + 1) * PER_POD);
        }

        /// @param kind `room` or `document`
        private Set<String> present(String kind) {
            Set<String> present = new TreeSet<>();
            JsonNode page = rest().get(deployment.url("/api/%ss/%s/presence".formatted(kind, name)))
                    .json();
            StreamSupport.stream(page.path("users").spliterator(), false)
                    .forEach(user -> present.add(user.path("userId").textValue()));
            return present;
        }

        int present() {
            return KINDS.stream().mapToInt(kind -> present(kind).size()).sum();
        }

        void awaitPresent(Collection<Attendee> expected) {
            Patience.await("those who are there are present").untilAsserted(() -> assertPresent(expected));
        }

        /// Each where it is, and nowhere else.
        void assertPresent(Collection<Attendee> expected) {
            for (String kind : KINDS) {
                List<Attendee> there = expected.stream()
                        .filter(user -> user.way().isOfRoom() == kind.equals("room"))
                        .toList();
                assertThat(present(kind)).as(kind).containsExactlyInAnyOrderElementsOf(names(there));
            }
        }

        /// What the watchers were told.
        List<String> changes(String type) {
            return watchers.stream()
                    .flatMap(watcher -> watcher.ofType(type).stream())
                    .map(payload -> payload.path("userId").textValue())
                    .toList();
        }

        /// What the log was told, as joins and leaves of each user in order: whoever follows gets just that.
        Map<String, String> told() {
            Map<String, String> told = new TreeMap<>();
            for (Log.Stored stored : deployment.log().entries()) {
                if (KINDS.stream().anyMatch(kind -> stored.field("channel").equals(kind + ":" + name))) {
                    String sign = stored.field("type").equals("user-joined") ? "+" : "-";
                    told.merge(stored.payload().path("userId").textValue(), sign, String::concat);
                }
            }
            return told;
        }

        void assertTold(Collection<Attendee> of, String changes) {
            Map<String, String> told = told();
            of.forEach(user -> assertThat(told.get(user.user()))
                    .as(user.user() + ", " + user.way())
                    .isEqualTo(changes));
        }

        @Override
        public void close() {
            watchers.forEach(EventStream::close);
            users.forEach(Attendee::close);
        }
    }

    @Test
    void presenceHoldsThroughTheFaultsOfPodsAndOfRedis() throws Exception {
        try (Deployment deployment = Deployment.start(Plan.of("presence-faults", 2)
                .redis("--appendonly", "yes", "--appendfsync", "everysec")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_ACCEPT", "1S")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_WINDOW", "3S"))) {
            killedPod(deployment);
            drainedPod(deployment);
            pausedPod(deployment);
            restartedRedis(deployment);
        }
    }

    @Test
    void nobodyComesOrGoesWithAPrimaryAndWhatRedisLosesIsSaidAgain() {
        RedisSentinel redis = RedisSentinel.start("--appendonly", "yes", "--appendfsync", "everysec");
        try (Deployment deployment = Deployment.start(
                Plan.of("presence-failover", 2)
                        .replicas(Service.TICKET, 1)
                        .replicas(Service.EVENTS, 1)
                        .with(Service.PUSH, "FRESHET_PUSH_PRESENCE_LEAVE_GRACE", "4S")
                        .with(Service.PUSH, "FRESHET_PUSH_PRESENCE_RENEWAL_INTERVAL", "1S"),
                Backend.of(redis))) {
            failover(deployment, redis);
            lostState(deployment);
        }
    }

    private static void failover(Deployment deployment, RedisSentinel redis) {
        redis.awaitReplicas(2);
        try (Crowd crowd = new Crowd(deployment)) {
            RedisServer old = redis.primary();
            old.kill();
            redis.awaitPrimaryOtherThan(old);
            crowd.awaitPresent(crowd.users);
            pause(FOUND_SOON);
            crowd.assertTold(crowd.users, "+");
            crowd.assertPresent(crowd.users);
            report("sentinel-failover", crowd);
        }
    }

    /// Half of its users come back elsewhere at once: only the others leave, once, in time.
    private static void killedPod(Deployment deployment) {
        try (Crowd crowd = new Crowd(deployment)) {
            List<Attendee> back = crowd.on(0).subList(0, PER_POD / 2);
            List<Attendee> away = crowd.on(0).subList(PER_POD / 2, PER_POD);
            away.forEach(Attendee::staysAway);
            deployment.push(0).child().kill();
            Awaitility.await("they have left")
                    .atMost(LEAVE_LIMIT)
                    .until(() -> crowd.changes("user-left").size() == away.size());
            deployment.push(0).restart();
            deployment.push(0).awaitReady();
            pause(GRACE);
            crowd.assertTold(away, "+-");
            crowd.assertTold(back, "+");
            crowd.assertTold(crowd.on(1), "+");
            assertThat(crowd.changes("user-left")).containsExactlyInAnyOrderElementsOf(names(away));
            report("kill-pod", crowd);
        }
    }

    private static void drainedPod(Deployment deployment) throws Exception {
        try (Crowd crowd = new Crowd(deployment)) {
            deployment.push(0).child().send("TERM");
            deployment.push(0).child().awaitExit(Duration.ofSeconds(20));
            deployment.push(0).restart();
            deployment.push(0).awaitReady();
            pause(FOUND);
            crowd.assertTold(crowd.users, "+");
            report("drain-pod", crowd);
        }
    }

    /// Its users are gone for all others, until it wakes up: their connections never ended.
    private static void pausedPod(Deployment deployment) {
        try (Crowd crowd = new Crowd(deployment)) {
            deployment.push(0).child().send("STOP");
            Awaitility.await("they have left")
                    .atMost(LEAVE_LIMIT)
                    .until(() -> crowd.changes("user-left").size() == PER_POD);
            deployment.push(0).child().send("CONT");
            crowd.awaitPresent(crowd.users);
            pause(GRACE);
            crowd.assertTold(crowd.on(0), "+-+");
            crowd.assertTold(crowd.on(1), "+");
            report("paused-pod", crowd);
        }
    }

    private static void restartedRedis(Deployment deployment) {
        try (Crowd crowd = new Crowd(deployment)) {
            deployment.redis().kill();
            pause(Duration.ofSeconds(2));
            deployment.redis().restart();
            crowd.awaitPresent(crowd.users);
            pause(FOUND);
            // What was not on disk yet is said again.
            crowd.told().forEach((user, changes) -> assertThat(changes).as(user).matches("\\++"));
            crowd.assertPresent(crowd.users);
            report("redis-restart", crowd);
        }
    }

    private static void lostState(Deployment deployment) {
        try (Crowd crowd = new Crowd(deployment)) {
            deployment.redis().cli("FLUSHALL");
            crowd.awaitPresent(crowd.users);
            pause(FOUND_SOON);
            crowd.assertTold(crowd.users, "+");
            report("flushall", crowd);
        }
    }

    private static void report(String name, Crowd crowd) {
        String told = String.join("", crowd.told().values());
        System.out.printf(
                "FAULTS presence %s: users=%d joins=%d leaves=%d present=%d%n",
                name,
                crowd.users.size(),
                told.chars().filter(c -> c == '+').count(),
                told.chars().filter(c -> c == '-').count(),
                crowd.present());
    }

    private static List<String> names(Collection<Attendee> users) {
        return users.stream().map(Attendee::user).toList();
    }

    /// For what must not happen meanwhile.
    private static void pause(Duration duration) {
        Awaitility.await("time passes")
                .pollDelay(duration)
                .atMost(duration.plusSeconds(10))
                .until(() -> true);
    }
}
