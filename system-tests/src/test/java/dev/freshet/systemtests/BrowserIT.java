package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Frames;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// The EventSource of a real browser, with a cookie, through nginx as it comes. The page helps with nothing: it opens
/// one EventSource and listens.
@EnabledIf(
        value = "dev.freshet.systemtests.Chromium#isInstalled",
        disabledReason =
                "Install chromium (Debian: apt-get install chromium) to see a native EventSource through faults.")
@Tag("faults")
final class BrowserIT {

    private static final int OTHERS = 60;
    private static final int RATE = 60;
    private static final long DRAIN_MS = 200;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("browser", 4)
                .redis("--appendonly", "yes", "--appendfsync", "everysec")
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
        try (Chromium chromium = Chromium.start(Service.logFolder("browser"));
                ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();
                Scenario scenario = Scenario.of("browser", deployment, 6)) {
            scenario.connect(OTHERS);
            scenario.allow(Gaps.exactlyOne("reset"));
            Transcript transcript = scenario.checker().follow("browser", scenario.channels());
            transcript.allow(Gaps.exactlyOne("reset"));
            openEventSource(chromium, scenario.channels());
            reader.scheduleWithFixedDelay(() -> drain(chromium, transcript), 0, DRAIN_MS, TimeUnit.MILLISECONDS);
            Patience.await("the browser is connected").until(() -> transcript.connections() == 1);
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
            assertThat(chromium.evaluate("source.readyState").asInt()).isEqualTo(1);
        }
    }

    /// Starts a pod again and waits until nginx gives it connections: until then, the end of the other one would leave
    /// nobody, and nginx would say so with a status that ends every EventSource.
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

    private static void openEventSource(Chromium chromium, List<String> channels) {
        chromium.open(deployment.url("/api/stats"));
        chromium.evaluate("document.cookie = 'access_token=%s; path=/'"
                .formatted(
                        deployment.secrets().remember(deployment.user("browser").sign())));
        chromium.evaluate("""
                var received = [];
                var states = [];
                var source = new EventSource('/api/events?channels=%s');
                for (const type of ['init', 'gap', 'heartbeat', 'unavailable', 'message', '%s']) {
                  source.addEventListener(type, event => received.push([type, event.lastEventId, event.data]));
                }
                source.addEventListener('error', () => states.push(source.readyState));
                true
                """.formatted(String.join(",", channels), Frames.TYPE));
    }

    private static void drain(Chromium chromium, Transcript transcript) {
        try {
            JsonNode page = Rest.parse(
                    chromium.evaluate("JSON.stringify({received: received.splice(0), states: states.splice(0)})")
                            .asText());
            page.path("received").forEach(frame -> take(frame, transcript));
            page.path("states").forEach(state -> {
                if (state.asInt() == 2) {
                    transcript.violation("gave up: readyState 2");
                }
            });
        } catch (RuntimeException | AssertionError failure) {
            transcript.violation("cannot be read: " + failure);
        }
    }

    private static void take(JsonNode frame, Transcript transcript) {
        String id = frame.get(1).asText();
        JsonNode data = Rest.parse(frame.get(2).asText());
        switch (frame.get(0).asText()) {
            case "init" ->
                transcript.connected(
                        id, transcript.connections() > 0, data.path("resumed").asBoolean());
            case "gap" ->
                transcript.gap(
                        data.path("channel").asText(), data.path("reason").asText());
            case Frames.TYPE -> transcript.event(data.path("n").asInt(-1), id);
            case "message" -> transcript.violation("received a message without a type: " + data);
            default -> {}
        }
    }
}
