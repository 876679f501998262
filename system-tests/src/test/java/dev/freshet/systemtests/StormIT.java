package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Everybody comes back at once.
@Tag("faults")
final class StormIT {

    private static final int CLIENTS = 5_000;
    private static final int THROUGH_PROXY = 500;
    private static final int CHANNELS = 50;
    private static final int BROWSED = 10;
    private static final int RATE = 30;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("storm", 1)
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "1S"));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void fiveThousandClientsResumeAtOnceAndRedisIsNotAskedForEach() {
        try (Scenario scenario = Scenario.of("reconnect-storm", deployment, CHANNELS)) {
            Route around = scenario.direct();
            for (int i = 0; i < CLIENTS; i++) {
                scenario.stream(
                                i < THROUGH_PROXY ? scenario.throughProxy() : around,
                                List.of(scenario.channels().get(i % CHANNELS)))
                        .start();
            }
            scenario.browse(scenario.channels().subList(0, BROWSED));
            awaitConnected(scenario, 1);
            scenario.load().begin(RATE);
            long readsAtFirst = reads();
            long began = System.nanoTime();
            scenario.flow(100);
            double usual = (reads() - readsAtFirst) / secondsSince(began);
            assertThat(usual).as("reads per second of the tails").isPositive();

            scenario.fault();
            long readsBefore = reads();
            began = System.nanoTime();
            scenario.clients().forEach(Client::breakConnection);
            scenario.page().ifPresent(Page::breakConnection);
            awaitConnected(scenario, 2);
            double seconds = secondsSince(began);
            long reads = reads() - readsBefore;
            System.out.printf(
                    "FAULTS reconnect-storm: all were back after %.1f s; %d reads of the log, %.0f by the tails as usual%n",
                    seconds, reads, usual * seconds);
            scenario.flow(100);

            assertThat(scenario.finish().connections()).isEqualTo(2 * (CLIENTS + scenario.pages()));
            // Those who come back share the looks at the log's state.
            assertThat(reads - usual * seconds)
                    .as("reads during the storm, besides the tails'")
                    .isLessThan(CLIENTS / 10.0);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void awaitConnected(Scenario scenario, int connections) {
        Patience.await("all clients are connected")
                .atMost(LIMIT)
                .until(() -> scenario.clients().stream()
                                .allMatch(client -> client.isConnected()
                                        && client.transcript().connections() == connections)
                        && scenario.page()
                                .filter(page -> page.transcript().connections() != connections)
                                .isEmpty());
    }

    /// Commands and scripts that read the log, histories or state: calls since Redis began. Whether a user was
    /// disconnected is asked for each who comes back (`GET`), as part of who may come in.
    private static long reads() {
        Map<String, Long> calls = deployment
                .redis()
                .cli("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .collect(Collectors.toMap(
                        line -> line.substring("cmdstat_".length(), line.indexOf(':')),
                        line -> Long.parseLong(
                                line.replaceAll("[^:]*:calls=([0-9]+),.*", "$1").strip()),
                        Long::sum));
        return calls.entrySet().stream()
                .filter(command -> List.of(
                                "xread",
                                "xrange",
                                "xrevrange",
                                "xinfo",
                                "xinfo|stream",
                                "xlen",
                                "hget",
                                "hmget",
                                "hgetall",
                                "fcall",
                                "fcall_ro",
                                "eval_ro",
                                "evalsha_ro")
                        .contains(command.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
