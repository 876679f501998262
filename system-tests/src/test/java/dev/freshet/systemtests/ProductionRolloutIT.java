package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.freshet.systemtests.kubernetes.Container;
import dev.freshet.systemtests.kubernetes.Pod;
import dev.freshet.systemtests.kubernetes.Told;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A rehearsal of what an operator does: `k8s/overlays/production` as it is rendered, on one machine, and a rollout
/// of each of its Deployments under load. Settings, arguments, ports, probes, hooks and grace periods are the
/// manifest's; what cannot be is listed in `Sandbox`.
final class ProductionRolloutIT {

    private static Production production;

    @BeforeAll
    static void start() {
        assumeThat(System.getProperty("os.name"))
                .as("each pod has an address of 127.0.0.0/8, which only Linux has all of")
                .isEqualTo("Linux");
        production = Production.start();
    }

    @AfterAll
    static void stop() {
        if (production != null) {
            production.close();
        }
    }

    /// The kernel says what a process was told. Else a setting that only the test gives could be what makes it
    /// work.
    @ParameterizedTest
    @EnumSource(Service.class)
    void aProcessIsToldWhatTheManifestSaysAndWhereToListen(Service service) {
        Container container = production.container(service);
        Pod pod = production.of(service).pods().getFirst();
        Told told = pod.told();

        List<String> command = new ArrayList<>(Images.of(service).entrypoint());
        command.addAll(container.args());
        assertThat(told.commandLine()).isEqualTo(command);

        Map<String, String> environment = new HashMap<>(container.environment());
        environment.put("QUARKUS_HTTP_HOST", pod.address());
        environment.put("QUARKUS_MANAGEMENT_HOST", pod.address());
        environment.put("HOSTNAME", pod.name());
        assertThat(told.environment())
                .containsAllEntriesOf(environment)
                .hasSize(environment.size() + 3)
                .containsKeys("PATH", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT");
    }

    /// Those of the commands at once, as an operator's `kubectl apply` has them; the one that moves everybody alone.
    static List<List<Service>> rollouts() {
        return List.of(List.of(Service.TICKET, Service.EVENTS), List.of(Service.PUSH));
    }

    @ParameterizedTest
    @MethodSource("rollouts")
    void aRolloutUnderLoadLosesNothingAndRefusesNobody(List<Service> services) throws Exception {
        String name = services.stream().map(Service::module).collect(Collectors.joining("-and-", "rollout-of-", ""));
        try (Rehearsal rehearsal = Rehearsal.begin(name, production)) {
            rehearsal.flow(100);
            int tickets = rehearsal.tickets();

            restart(services);

            production.assertWell();
            rehearsal.flow(100);
            rehearsal.finish();
            assertThat(rehearsal.refusals())
                    .as("REST requests that had to be repeated")
                    .isZero();
            assertThat(rehearsal.tickets() - tickets).as("tickets meanwhile").isGreaterThan(100);
            assertThat(rehearsal.connectionsOfTheSteady())
                    .as("connections of each who stays: one more for each rollout of push-service")
                    .containsOnly(services.contains(Service.PUSH) ? 2 : 1);
        }
        production.assertWell();
    }

    /// Threads of its own: the clients' answers come by the common pool, which has a single thread on two cores.
    private static void restart(List<Service> services) {
        try (ExecutorService operators = Executors.newThreadPerTaskExecutor(Thread::new)) {
            CompletableFuture.allOf(services.stream()
                            .map(service -> CompletableFuture.runAsync(production.of(service)::restart, operators))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }
}
