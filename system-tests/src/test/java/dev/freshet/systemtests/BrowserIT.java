package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.client.Client;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The EventSource of a real browser, with a cookie, through nginx as it comes. The page helps with nothing: it
/// opens one EventSource and listens.
@EnabledIf(
        value = "dev.freshet.systemtests.Chromium#isInstalled",
        disabledReason =
                "Install chromium (Debian: apt-get install chromium) to see a native EventSource through faults.")
@Tag("faults")
final class BrowserIT {

    private static final int OTHERS = 60;
    private static final int RATE = 60;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("browser", 4)
                .redis("--appendonly", "yes", "--appendfsync", "always")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_ACCEPT", "1S")
                .with(Service.PUSH, "FRESHET_PUSH_DRAIN_WINDOW", "3S"));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void aNativeEventSourceLivesThroughAllFaultsWithoutThePagesHelp() throws Exception {
        try (Scenario scenario = Scenario.of("browser", deployment, 6)) {
            scenario.connect(OTHERS);
            scenario.allow(Gaps.exactlyOne("reset"));
            Page page = scenario.page().orElseThrow();
            Transcript transcript = page.transcript();
            scenario.load().begin(RATE);
            scenario.flow(50);

            scenario.fault();
            Replica first = deployment.push(0);
            Replica second = deployment.push(1);
            first.child().kill();
            scenario.flow(100);
            bringBack(scenario, first);

            scenario.fault();
            second.child().send("TERM");
            second.child().awaitExit(java.time.Duration.ofSeconds(15));
            scenario.flow(100);
            bringBack(scenario, second);

            scenario.fault();
            deployment.redis().kill();
            long refused = scenario.load().refusals();
            Patience.await("publishers are refused").until(() -> scenario.load().refusals() > refused + 20);
            deployment.redis().restart();
            scenario.flow(100);
            assertThat(transcript.gapsSeen()).isZero();

            scenario.fault();
            assertThat(deployment.redis().cli("FLUSHALL")).isEqualTo("OK");
            scenario.flow(100);

            scenario.finish();
            // It was on one pod at a time, so at least one of the two ends was its own.
            assertThat(transcript.connections()).isGreaterThan(1);
            assertThat(page.isConnected()).isTrue();
        }
    }

    /// Starts a pod again and waits until nginx gives it connections: until then, the end of the other one would
    /// leave nobody, and nginx would say so with a status that ends every EventSource.
    private static void bringBack(Scenario scenario, Replica replica) {
        replica.restart();
        replica.awaitReady();
        List<Client> through = scenario.clients().stream()
                .filter(client -> client.route().equals(scenario.throughProxy()))
                .toList();
        Patience.await("nginx uses it again").until(() -> {
            through.get(scenario.random().nextInt(through.size())).breakConnection();
            return replica.metrics().sum("freshet_connections") >= 5;
        });
        scenario.awaitConnected();
    }
}
