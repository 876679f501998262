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

    /// After `kill -9`.
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(30);

    /// In which a silent pod is found, with the times of production.
    private static final Duration FOUND = Duration.ofSeconds(18);

    /// The same with shorter times.
    private static final Duration FOUND_SOON = Duration.ofSeconds(9);

    private static final Duration GRACE = Duration.ofSeconds(10);

    /// A room with as many users on each of two pods, and somebody who watches and is not present.
    private static final class Room implements AutoCloseable {

        private final Deployment deployment;
        private final String name = "room-" + UUID.randomUUID();
        private final List<Attendee> users = new ArrayList<>();
        private final EventStream watcher;

        Room(Deployment deployment) {
            this.deployment = deployment;
            this.watcher =
                    EventStream.open(deployment.push(1).url("/api/rooms/" + name + "/events?presence=false"), rest());
            IntStream.range(0, 2 * PER_POD)
                    .forEach(i -> users.add(Attendee.enter("user-" + i, deployment, name, i / PER_POD)));
            awaitPresent(names(users));
            Patience.await("all have joined")
                    .untilAsserted(() -> assertThat(changes(watcher, "user-joined"))
                            .containsExactlyInAnyOrderElementsOf(names(users)));
        }

        private Rest rest() {
            return deployment.follower("watcher", "room:*");
        }

        List<Attendee> on(int pod) {
            return users.subList(pod * PER_POD, (pod + 1) * PER_POD);
        }

        Set<String> present() {
            Set<String> present = new TreeSet<>();
            JsonNode page = rest().get(deployment.url("/api/rooms/" + name + "/presence"))
                    .json();
            StreamSupport.stream(page.path("users").spliterator(), false)
                    .forEach(user -> present.add(user.path("userId").textValue()));
            return present;
        }

        void awaitPresent(Collection<String> expected) {
            Patience.await("those who are there are present")
                    .untilAsserted(() -> assertThat(present()).containsExactlyInAnyOrderElementsOf(expected));
        }

        /// What the log was told, as joins and leaves of each user in order: whoever follows gets just that.
        Map<String, String> told() {
            Map<String, String> told = new TreeMap<>();
            for (Log.Stored stored : deployment.log().entries()) {
                if (stored.field("channel").equals("room:" + name)) {
                    String sign = stored.field("type").equals("user-joined") ? "+" : "-";
                    told.merge(stored.payload().path("userId").textValue(), sign, String::concat);
                }
            }
            return told;
        }

        void assertTold(Collection<Attendee> of, String changes) {
            Map<String, String> told = told();
            of.forEach(user -> assertThat(told.get(user.user())).as(user.user()).isEqualTo(changes));
        }

        @Override
        public void close() {
            watcher.close();
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
        try (Room room = new Room(deployment)) {
            RedisServer old = redis.primary();
            old.kill();
            redis.awaitPrimaryOtherThan(old);
            room.awaitPresent(names(room.users));
            pause(FOUND_SOON);
            room.assertTold(room.users, "+");
            assertThat(room.present()).containsExactlyInAnyOrderElementsOf(names(room.users));
            report("sentinel-failover", room);
        }
    }

    /// Half of its users come back elsewhere at once: only the others leave, once, in time.
    private static void killedPod(Deployment deployment) {
        try (Room room = new Room(deployment)) {
            List<Attendee> back = room.on(0).subList(0, PER_POD / 2);
            List<Attendee> away = room.on(0).subList(PER_POD / 2, PER_POD);
            away.forEach(Attendee::staysAway);
            deployment.push(0).child().kill();
            Awaitility.await("they have left")
                    .atMost(LEAVE_LIMIT)
                    .until(() -> changes(room.watcher, "user-left").size() == away.size());
            deployment.push(0).restart();
            deployment.push(0).awaitReady();
            pause(GRACE);
            room.assertTold(away, "+-");
            room.assertTold(back, "+");
            room.assertTold(room.on(1), "+");
            assertThat(changes(room.watcher, "user-left")).containsExactlyInAnyOrderElementsOf(names(away));
            report("kill-pod", room);
        }
    }

    private static void drainedPod(Deployment deployment) throws Exception {
        try (Room room = new Room(deployment)) {
            deployment.push(0).child().send("TERM");
            deployment.push(0).child().awaitExit(Duration.ofSeconds(20));
            deployment.push(0).restart();
            deployment.push(0).awaitReady();
            pause(FOUND);
            room.assertTold(room.users, "+");
            report("drain-pod", room);
        }
    }

    /// Its users are gone for all others, until it wakes up: their connections never ended.
    private static void pausedPod(Deployment deployment) {
        try (Room room = new Room(deployment)) {
            deployment.push(0).child().send("STOP");
            Awaitility.await("they have left")
                    .atMost(LEAVE_LIMIT)
                    .until(() -> changes(room.watcher, "user-left").size() == PER_POD);
            deployment.push(0).child().send("CONT");
            room.awaitPresent(names(room.users));
            pause(GRACE);
            room.assertTold(room.on(0), "+-+");
            room.assertTold(room.on(1), "+");
            report("paused-pod", room);
        }
    }

    private static void restartedRedis(Deployment deployment) {
        try (Room room = new Room(deployment)) {
            deployment.redis().kill();
            pause(Duration.ofSeconds(2));
            deployment.redis().restart();
            room.awaitPresent(names(room.users));
            pause(FOUND);
            // What was not on disk yet is said again.
            room.told().forEach((user, changes) -> assertThat(changes).as(user).matches("\\++"));
            assertThat(room.present()).containsExactlyInAnyOrderElementsOf(names(room.users));
            report("redis-restart", room);
        }
    }

    private static void lostState(Deployment deployment) {
        try (Room room = new Room(deployment)) {
            deployment.redis().cli("FLUSHALL");
            room.awaitPresent(names(room.users));
            pause(FOUND_SOON);
            room.assertTold(room.users, "+");
            report("flushall", room);
        }
    }

    private static void report(String name, Room room) {
        String told = String.join("", room.told().values());
        System.out.printf(
                "FAULTS presence %s: users=%d joins=%d leaves=%d present=%d%n",
                name,
                room.users.size(),
                told.chars().filter(c -> c == '+').count(),
                told.chars().filter(c -> c == '-').count(),
                room.present().size());
    }

    private static List<String> names(Collection<Attendee> users) {
        return users.stream().map(Attendee::user).toList();
    }

    private static List<String> changes(EventStream stream, String type) {
        return stream.ofType(type).stream()
                .map(payload -> payload.path("userId").textValue())
                .toList();
    }

    /// For what must not happen meanwhile.
    private static void pause(Duration duration) {
        Awaitility.await("time passes")
                .pollDelay(duration)
                .atMost(duration.plusSeconds(10))
                .until(() -> true);
    }
}
