package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.SocketClient;
import dev.freshet.systemtests.client.SseClient;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A push pod goes, at once or with a warning: its clients go on elsewhere, and nobody misses anything.
@Tag("faults")
final class PodFaultsIT {

    private static final int CLIENTS = 240;
    private static final int CHANNELS = 24;
    private static final int RATE = 100;

    private static final Duration ACCEPT = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(3);

    /// Far above what the end of a JVM takes, far below a drain.
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("pod-faults", 4)
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_ACCEPT", ACCEPT.toMillis() + "MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_WINDOW", WINDOW.toMillis() + "MS"));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void clientsOfAKilledPodResumeElsewhereWithoutALossOrADouble() {
        try (Scenario scenario = Scenario.withRoom("kill-pod", deployment, CHANNELS, 0)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(300);

            scenario.fault();
            Replica killed = deployment.push(0);
            killed.child().kill();
            scenario.flow(300);

            killed.restart();
            killed.awaitReady();
            scenario.flow(300);

            scenario.awaitConnected();
            assertThat(scenario.finish().connections())
                    .as("half of the clients came back")
                    .isGreaterThan(CLIENTS * 5 / 4);
        }
    }

    @Test
    void aDrainedPodStillAcceptsForAWhileAndSendsItsClientsElsewhereInWaves() throws Exception {
        try (Scenario scenario = Scenario.withRoom("drain-pod", deployment, CHANNELS, 0)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(300);

            scenario.fault();
            Replica drained = deployment.push(1);
            double openBefore = openConnections(drained);
            // The proxy may have given it fewer: another scenario may have killed it a moment ago.
            assertThat(openBefore).isGreaterThan(CLIENTS / 8.0);
            drained.child().send("TERM");
            long terminated = System.nanoTime();
            Awaitility.await("readiness falls")
                    .atMost(ACCEPT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> !drained.isReady());
            SseClient late = scenario.stream(
                    dev.freshet.systemtests.client.Route.toPorts(drained.port()),
                    scenario.channels().subList(0, 1));
            late.start();
            Awaitility.await("a stream that comes late is accepted")
                    .atMost(ACCEPT)
                    .until(late::isConnected);
            late.stop();
            int status = drained.child().awaitExit(ACCEPT.plus(WINDOW).plusSeconds(10));
            Duration took = Duration.ofNanos(System.nanoTime() - terminated);
            assertThat(status).as("exit code").isIn(0, 143);
            assertThat(took)
                    .as("it takes its time, for its clients' sake")
                    .isGreaterThan(ACCEPT.plus(WINDOW.dividedBy(2)));
            scenario.flow(300);

            drained.restart();
            drained.awaitReady();
            scenario.flow(100);
            scenario.awaitConnected();
            scenario.finish(transcript -> transcript != late.transcript());
            assertThat(scenario.streams()).as("streams end as HTTP says").allMatch(stream -> stream.breaks() == 0);
            assertThat(scenario.streams()).anyMatch(stream -> stream.orderlyEnds() > 0);
            assertThat(scenario.sockets())
                    .flatExtracting(SocketClient::closeCodes)
                    .isNotEmpty()
                    .containsOnly(1012);
        }
    }

    @Test
    void aSecondSignalEndsADrainAtOnce() throws Exception {
        try (Scenario scenario = Scenario.of("drain-twice", deployment, CHANNELS)) {
            scenario.connect(40);
            scenario.load().begin(RATE);
            scenario.flow(100);

            scenario.fault();
            Replica drained = deployment.push(1);
            drained.child().send("TERM");
            Patience.await("the drain begins").until(() -> !drained.isReady());
            assertThat(drained.child().isAlive()).isTrue();
            drained.child().send("TERM");
            drained.child().awaitExit(AT_ONCE);
            scenario.flow(100);

            drained.restart();
            drained.awaitReady();
            scenario.awaitConnected();
            scenario.finish();
            assertThat(scenario.clients()).allMatch(Client::isConnected);
        }
    }

    private static double openConnections(Replica replica) {
        return replica.metrics().sum("freshet_connections");
    }
}
