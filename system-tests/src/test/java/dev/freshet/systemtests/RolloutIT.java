package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A rollout of push-service as its Deployment in `k8s/base` has it (`maxSurge: 100%`, `maxUnavailable: 0`): all new
/// pods are ready before the first old one ends, and who ends leaves the Service at once.
@Tag("faults")
final class RolloutIT {

    private static final int CLIENTS = 120;
    private static final int CHANNELS = 24;
    private static final int RATE = 100;

    private static final Duration ACCEPT = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(3);
    private static final Duration RESERVE = Duration.ofSeconds(10);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("rollout", 4)
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_ACCEPT", ACCEPT.toMillis() + "MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_WINDOW", WINDOW.toMillis() + "MS"));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void everyClientMovesOnceToAPodThatStaysAndMissesNothing() throws Exception {
        List<Replica> old = List.copyOf(deployment.all(Service.PUSH));
        List<Replica> inService = new CopyOnWriteArrayList<>(old);
        Route service =
                Route.toPorts(() -> inService.stream().map(Replica::port).toList());
        try (Scenario scenario = Scenario.of("rollout", deployment, CHANNELS)) {
            for (int i = 0; i < CLIENTS; i++) {
                Client client = i % 2 == 0
                        ? scenario.stream(service, scenario.someChannels())
                        : scenario.socket(service, scenario.someChannels());
                client.start();
            }
            scenario.awaitConnected();
            scenario.load().begin(RATE);
            scenario.flow(300);

            List<Replica> fresh = List.of(deployment.launch(Service.PUSH, 4), deployment.launch(Service.PUSH, 4));
            fresh.forEach(Replica::awaitReady);
            inService.addAll(fresh);
            scenario.fault();
            for (Replica pod : old) {
                pod.child().send("TERM");
                inService.remove(pod);
            }
            for (Replica pod : old) {
                assertThat(pod.child().awaitExit(ACCEPT.plus(WINDOW).plus(RESERVE)))
                        .isZero();
            }
            scenario.flow(300);

            scenario.awaitConnected();
            assertThat(scenario.finish().connections()).isEqualTo(2 * CLIENTS);
        }
    }
}
