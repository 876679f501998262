package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.client.Client;
import dev.freshet.testkit.RedisServer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The clock of Redis's host is turned back, and later put right again.
@Tag("faults")
@EnabledIf(
        value = "dev.freshet.systemtests.FakeClock#isInstalled",
        disabledReason = "Install libfaketime (Debian: apt-get install faketime) to turn the clock of Redis.")
final class ClockIT {

    private static final int CLIENTS = 240;
    private static final int CHANNELS = 12;
    private static final int RATE = 200;
    private static final Duration BACK = Duration.ofSeconds(-90);
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static FakeClock clock;
    private static Deployment deployment;

    @BeforeAll
    static void start() {
        clock = FakeClock.right();
        deployment = Deployment.start(
                Plan.of("clock", 4)
                        .replicas(Service.TICKET, 1)
                        .replicas(Service.EVENTS, 1)
                        .behindBuffers()
                        .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS"),
                Backend.of(RedisServer.startIn(clock.environment())));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void aClockThatJumpsBackAndForthTakesNothingAway() {
        try (Scenario scenario = Scenario.of("clock-jumps", deployment, CHANNELS)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(500);

            turn(scenario, BACK);
            scenario.flow(500);
            scenario.clients().stream().limit(20).forEach(Client::breakConnection);
            scenario.flow(500);

            turn(scenario, Duration.ZERO);
            scenario.flow(500);

            // In silence, with reads that wait.
            scenario.load().pause();
            turn(scenario, BACK);
            scenario.load().rate(RATE);
            scenario.flow(500);

            scenario.awaitConnected();
            scenario.finish();
        } finally {
            clock.set(Duration.ZERO);
        }
    }

    private static void turn(Scenario scenario, Duration offset) {
        scenario.fault();
        clock.set(offset);
        Patience.await("the clock of Redis jumps").until(() -> {
            Instant told = Instant.ofEpochSecond(Long.parseLong(
                    deployment.redis().cli("TIME").lines().findFirst().orElseThrow()));
            return Duration.between(Instant.now().plus(offset), told).abs().compareTo(SLACK) < 0;
        });
        assertThat(deployment.redis().cli("PING")).isEqualTo("PONG");
    }
}
