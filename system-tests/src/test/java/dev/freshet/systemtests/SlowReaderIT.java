package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import dev.freshet.systemtests.client.SocketClient;
import dev.freshet.systemtests.client.SseClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/// Some read nothing, next to a thousand who read at once, and a browser. On a second pod are readers only: how long
/// events take to them says what the machine does to everybody at the same time.
@Tag("faults")
@DisabledIfSystemProperty(named = "freshet.binaries", matches = ".+", disabledReason = "asks a JVM with jcmd")
@DisabledIfSystemProperty(named = "freshet.native-build", matches = "true", disabledReason = "asks a JVM with jcmd")
final class SlowReaderIT {

    private static final int FAST = 1_000;
    private static final int ELSEWHERE = 200;
    private static final int CHANNELS = 100;
    private static final int BROWSED = 5;
    private static final int WARM = 15_000;
    private static final int BEFORE = 15_000;
    private static final int BESIDE = 70_000;
    private static final int PER_SECOND = 1_200;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /// First they read what lies in the buffers of the system and of nginx, some MiB each.
    private static final Duration COME_BACK_LIMIT = Duration.ofSeconds(60);

    /// Each carries this many characters more, so that what one stalled reader owes is tens of MiB.
    private static final int PADDING = 400;

    /// What a heap may grow by, next to 40 MiB that each stalled reader is behind.
    private static final long HEAP_GROWTH = 16 * 1024 * 1024;

    private static Deployment deployment;
    private static Replica undisturbed;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("slow-reader", 2)
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .replicas(Service.PUSH, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                // Full before the first measurement, so that what grows later is something else.
                .with(Service.PUSH, "FRESHET_PUSH_TAIL_WINDOW_EVENTS", "4096")
                .with(Service.PUSH, "FRESHET_PUSH_SSE_HEARTBEAT_INTERVAL", "2S")
                // Who reads nothing answers no pings either, and must not end because of that first.
                .with(Service.PUSH, "FRESHET_PUSH_WEBSOCKET_PING_INTERVAL", "15S")
                .with(Service.PUSH, "FRESHET_PUSH_SLOW_MAX_LAG", "8S")
                // The whole heap is resident from the start: when a JVM takes more of what it may take says nothing.
                .with(Service.PUSH, "JAVA_TOOL_OPTIONS", "-XX:+AlwaysPreTouch"));
        // After the proxy: who comes through it is at the first pod, too.
        undisturbed = deployment.launch(Service.PUSH, 2);
        undisturbed.awaitReady();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    /// Stops clients that read nothing from filling a pod's memory or slowing down those who do.
    @Test
    void stalledReadersCostNoMemoryAndDisturbNobody() {
        Replica pod = deployment.push(0);
        Route direct = Route.toPorts(pod.port());
        try (Scenario scenario = Scenario.of("slow-reader", deployment, CHANNELS, PADDING)) {
            List<Client> fast = new ArrayList<>();
            for (int i = 0; i < FAST; i++) {
                List<String> one = List.of(scenario.channels().get(i % CHANNELS));
                fast.add(i % 10 == 0 ? scenario.stream(scenario.throughProxy(), one) : scenario.stream(direct, one));
            }
            List<Client> elsewhere = new ArrayList<>();
            for (int i = 0; i < ELSEWHERE; i++) {
                elsewhere.add(scenario.stream(
                        Route.toPorts(undisturbed.port()),
                        List.of(scenario.channels().get(i % CHANNELS))));
            }
            fast.forEach(Client::start);
            elsewhere.forEach(Client::start);
            List<SseClient> stalledStreams = new ArrayList<>();
            List<SocketClient> stalledSockets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                stalledStreams.add(scenario.stream(direct, scenario.channels().subList(0, 90)));
                stalledSockets.add(scenario.socket(direct, scenario.channels().subList(0, 90)));
            }
            List<Client> stalled = new ArrayList<>(stalledStreams);
            stalled.addAll(stalledSockets);
            for (Client client : stalled) {
                client.start();
                // The window is small here, and a history has the newest thousand of a channel.
                client.transcript().allow(Gaps.forLoss("lagging", "trimmed"));
            }
            scenario.awaitConnected();
            scenario.browse(scenario.channels().subList(0, BROWSED));

            publish(scenario, WARM);
            publish(scenario, BEFORE);
            double p99Before = Scenario.p99Millis(fast, BEFORE / CHANNELS);
            long heapBefore = heapAfterCollection(pod);
            long residentBefore = pod.child().residentKib();

            scenario.fault();
            stalled.forEach(Client::stall);
            publish(scenario, BESIDE);
            double p99Beside = Scenario.p99Millis(fast, BESIDE / CHANNELS);
            double p99Elsewhere = Scenario.p99Millis(elsewhere, BESIDE / CHANNELS);
            long heapBeside = heapAfterCollection(pod);
            long residentBeside = pod.child().residentKib();
            System.out.printf(
                    "FAULTS slow-reader: p99 %.1f ms before, %.1f ms beside, %.1f ms on another pod; heap %d KiB before,"
                            + " %d KiB beside; RSS %d KiB before, %d KiB beside%n",
                    p99Before,
                    p99Beside,
                    p99Elsewhere,
                    heapBefore / 1024,
                    heapBeside / 1024,
                    residentBefore,
                    residentBeside);
            Patience.await("the server ends them")
                    .until(() -> pod.metrics().sum("freshet_errors_total", "slow-reader") >= stalled.size());

            stalled.forEach(Client::read);
            Patience.await("they notice, and come back")
                    .atMost(COME_BACK_LIMIT)
                    .until(() -> stalled.stream()
                            .allMatch(client -> client.transcript().connections() > 1 && client.isConnected()));
            // A close frame waits behind what nobody read, and the server does not wait for ever.
            assertThat(stalledSockets)
                    .as("sockets were closed with 4008, or cut")
                    .flatExtracting(SocketClient::closeCodes)
                    .allMatch(code -> code.equals(4008));
            scenario.finish();
            assertThat(heapBeside).as("heap").isLessThan(heapBefore + HEAP_GROWTH);
            assertThat(residentBeside).as("resident memory, KiB").isLessThan(residentBefore * 5 / 4);
            assertThat(p99Beside).as("p99 of the others, ms").isLessThan(2 * Math.max(p99Before, p99Elsewhere) + 50);
        }
    }

    /// Spread over all channels, at a rate that one producer keeps.
    private static void publish(Scenario scenario, int count) {
        scenario.load().stream(count, PER_SECOND);
        Patience.await("all are published")
                .atMost(LIMIT)
                .until(() -> scenario.load().isIdle());
    }

    private static long heapAfterCollection(Replica replica) {
        try {
            int code = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(replica.child().pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            assertThat(code).as("jcmd").isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return (long) replica.metrics().sum("jvm_memory_used_bytes", "area=\"heap\"");
    }
}
