package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Redis dies without a word and comes back with its data.
@Tag("calm")
final class RedisRestartIT {

    /// Longer than any probe's tolerance would have to be, and than a read of the log blocks.
    private static final Duration OUTAGE = Duration.ofSeconds(6);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        // Synced once a second, as shipped, Redis may take its last two seconds with it while the disk is slow.
        deployment = Deployment.start("redis-restart", 4, "--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void connectionsSurviveARestartOfRedisAndDeliveryResumesWithoutAHole() {
        List<String> channels =
                List.of(deployment.log().channelIn(0, "first"), deployment.log().channelIn(3, "second"));
        Rest publisher = deployment.publisher();
        try (Followers followers =
                Followers.open(deployment, deployment.follower("follower"), channels.toArray(String[]::new))) {
            channels.forEach(channel ->
                    assertThat(publish(publisher, channel, "before").status()).isEqualTo(202));
            followers.await(2);

            deployment.redis().kill();
            publishAnswers503(publisher, channels);
            ticketsAnswer503();
            pushPodsStayReady();
            assertOpen(followers);

            deployment.redis().restart();
            channels.forEach(channel -> {
                Patience.await("publish again")
                        .until(() -> publish(publisher, channel, "after").status() == 202);
            });
            channels.forEach(channel -> deployment.log().add(channel, "raw-after", "{}"));
            followers.await(6, (name, events) -> {
                for (String type : List.of("before", "after", "raw-after")) {
                    assertThat(events)
                            .as(name)
                            .filteredOn(event -> event.type().equals(type))
                            .hasSize(2);
                }
            });
            assertOpen(followers);
            followers
                    .all()
                    .forEach((name, recorder) -> assertThat(recorder.ofType("gap"))
                            .as(name + " was told of a loss")
                            .isEmpty());
            assertThat(deployment.log().entries())
                    .extracting(entry -> entry.field("type"))
                    .contains("before");
        }
    }

    private static void publishAnswers503(Rest publisher, List<String> channels) {
        for (String channel : channels) {
            for (Replica replica : deployment.all(Service.EVENTS)) {
                assertUnavailable(publisher.post(replica.url("/api/events"), event(channel, "during")));
            }
            assertUnavailable(publish(publisher, channel, "during"));
        }
    }

    private static void ticketsAnswer503() {
        Rest user = deployment.follower("latecomer");
        assertUnavailable(user.post(deployment.url("/api/ws/ticket"), "{}"));
        for (Replica replica : deployment.all(Service.TICKET)) {
            assertUnavailable(user.post(replica.url("/api/ws/ticket"), "{}"));
        }
    }

    private static void pushPodsStayReady() {
        Awaitility.await("push pods stay ready")
                .during(OUTAGE)
                .atMost(OUTAGE.multipliedBy(3))
                .failFast(
                        "a push pod is not ready",
                        () -> !deployment.all(Service.PUSH).stream().allMatch(Replica::isReady))
                .until(() -> true);
    }

    private static void assertOpen(Followers followers) {
        followers
                .all()
                .forEach((name, recorder) -> assertThat(recorder.isOpen())
                        .as(name + " is still open")
                        .isTrue());
    }

    private static void assertUnavailable(Rest.Answer answer) {
        assertThat(answer.status()).as(answer::toString).isEqualTo(503);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        assertThat(answer.json().path("status").intValue()).isEqualTo(503);
    }

    private static Rest.Answer publish(Rest publisher, String channel, String type) {
        return publisher.post(deployment.url("/api/events"), event(channel, type));
    }

    private static String event(String channel, String type) {
        return "{\"channel\":\"%s\",\"type\":\"%s\",\"payload\":{}}".formatted(channel, type);
    }
}
