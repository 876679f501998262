package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import dev.freshet.systemtests.client.SocketClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/// Some read nothing, next to a thousand who read at once, and a browser. One pod never ends them, so that it is seen
/// what they cost while they are there. Another one does, as shipped; on that are readers, too, and how long events
/// take to them says what the machine does to everybody at the same time.
@Tag("faults")
@DisabledIfSystemProperty(named = "freshet.binaries", matches = ".+", disabledReason = "asks a JVM with jcmd")
@DisabledIfSystemProperty(named = "freshet.native-build", matches = "true", disabledReason = "asks a JVM with jcmd")
final class SlowReaderIT {

    private static final int FAST = 1_000;
    private static final int ELSEWHERE = 200;
    private static final int STALLED_OF_EACH = 3;
    private static final int CHANNELS = 100;
    private static final int FOLLOWED = 90;
    private static final int BROWSED = 5;
    private static final int PER_SECOND = 1_600;

    /// Latency is measured for so many events, again and again: what a busy machine does to one window is in no median.
    private static final int WINDOW = 4_000;

    private static final int WARM = 3;
    private static final int BEFORE = 5;
    private static final int BESIDE = 25;

    /// More than 10,000 of a partition, of two, beside what the buffers of the system take.
    private static final int TOO_MANY = 40_000;

    private static final int AT_ONCE_PER_SECOND = 5_000;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /// First they read what lies in the buffers of the system, some MiB each. Then the pod's TCP may wait: where
    /// the reader has room for less than a segment, which is 64 KiB on loopback, or dropped the last one, it goes
    /// on with its next probe, after about as long as the reader read nothing, two minutes at most.
    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(3);

    /// Where the server has ended the connection, nothing waits for a probe.
    private static final Duration COME_BACK_LIMIT = Duration.ofSeconds(60);

    /// Each carries this many characters more, so that what one stalled reader owes is tens of MiB.
    private static final int PADDING = 400;

    /// What a heap may grow by, next to 50 MiB that each stalled reader is behind.
    private static final long HEAP_GROWTH = 16 * 1024 * 1024;

    /// Latency may be so many times what it is on the other pod: where a machine has no processor left, it differs.
    private static final double TIMES = 1.5;

    /// What the pod does for an event may cost so many times what it did.
    private static final double TIMES_CPU = 1.3;

    /// What is noise in any case, ms.
    private static final double NOISE_P50 = 2;

    private static final double NOISE_P99 = 10;

    private static Deployment deployment;
    private static Replica shipped;

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
                .with(Service.PUSH, "FRESHET_PUSH_WEBSOCKET_PING_INTERVAL", "1H")
                .with(Service.PUSH, "FRESHET_PUSH_SLOW_MAX_LAG", "0S")
                .with(Service.PUSH, "FRESHET_PUSH_SLOW_MAX_LAG_EVENTS", "0")
                .with(Service.PUSH, "FRESHET_PUSH_SLOW_MAX_LAG_BYTES", "0")
                // The whole heap is resident from the start: when a JVM takes more of what it may take says nothing.
                .with(Service.PUSH, "JAVA_TOOL_OPTIONS", "-XX:+AlwaysPreTouch"));
        // After the proxy: who comes through it is at the first pod, too.
        shipped = deployment.launch(
                Service.PUSH,
                2,
                Map.of(
                        "FRESHET_PUSH_SLOW_MAX_LAG", "30S",
                        "FRESHET_PUSH_SLOW_MAX_LAG_EVENTS", "10000",
                        "FRESHET_PUSH_SLOW_MAX_LAG_BYTES", "16777216"));
        shipped.awaitReady();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    /// Delays of many events to many clients, ms: medians of several windows.
    private record Delays(double p50, double p99) {

        static Delays medians(List<Delays> windows) {
            return new Delays(
                    median(windows.stream().map(Delays::p50)),
                    median(windows.stream().map(Delays::p99)));
        }

        private static double median(Stream<Double> values) {
            List<Double> sorted = values.sorted().toList();
            return sorted.get(sorted.size() / 2);
        }

        @Override
        public String toString() {
            return "p50 %.1f ms, p99 %.1f ms".formatted(p50, p99);
        }
    }

    /// On the pod with stalled readers, and on the other one at the same time.
    ///
    /// @param cpuMillis of the processor that the pod took for a window
    private record Latency(Delays here, Delays elsewhere, long cpuMillis) {}

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
                        Route.toPorts(shipped.port()),
                        List.of(scenario.channels().get(i % CHANNELS))));
            }
            fast.forEach(Client::start);
            elsewhere.forEach(Client::start);
            scenario.awaitConnected();
            scenario.browse(scenario.channels().subList(0, BROWSED));

            publish(scenario, WARM * WINDOW, PER_SECOND);
            Latency before = measure(scenario, fast, elsewhere, BEFORE);
            long heapBefore = heapAfterCollection(pod);
            long residentBefore = pod.child().residentKib();
            double connections = pod.metrics().sum("freshet_connections");

            List<Client> stalled = stalled(scenario, direct);
            scenario.fault();
            Latency beside = measure(scenario, fast, elsewhere, BESIDE);
            long heapBeside = heapAfterCollection(pod);
            long residentBeside = pod.child().residentKib();
            double lag = pod.metrics().sum("freshet_slowest_lag_events");
            System.out.printf(
                    "FAULTS slow-reader: before %s, beside %s; on another pod before %s, beside %s; CPU for %d events %d ms"
                            + " before, %d ms beside; heap %d KiB before, %d KiB beside; RSS %d KiB before, %d KiB"
                            + " beside; lag %.0f%n",
                    before.here(),
                    beside.here(),
                    before.elsewhere(),
                    beside.elsewhere(),
                    WINDOW,
                    before.cpuMillis(),
                    beside.cpuMillis(),
                    heapBefore / 1024,
                    heapBeside / 1024,
                    residentBefore,
                    residentBeside,
                    lag);
            assertThat(pod.metrics().sum("freshet_connections"))
                    .as("they are still there")
                    .isEqualTo(connections + stalled.size());
            assertThat(stalled)
                    .as("they have read nothing")
                    .allMatch(client -> client.transcript().connections() == 1
                            && client.transcript().events() < WINDOW);
            assertThat(lag).as("what one of them is behind, of its half").isGreaterThan(BESIDE * WINDOW / 4.0);
            assertThat(heapBeside).as("heap").isLessThan(heapBefore + HEAP_GROWTH);
            assertThat(residentBeside).as("resident memory, KiB").isLessThan(residentBefore * 5 / 4);
            assertThat(beside.cpuMillis())
                    .as("CPU of the pod for %d events, ms", WINDOW)
                    .isLessThan((long) (TIMES_CPU * before.cpuMillis()));
            assertThat(beside.here().p50())
                    .as("p50 of the others, ms")
                    .isLessThan(bound(Delays::p50, before, beside) + NOISE_P50);
            assertThat(beside.here().p99())
                    .as("p99 of the others, ms")
                    .isLessThan(bound(Delays::p99, before, beside) + NOISE_P99);

            stalled.forEach(Client::read);
            long read = System.nanoTime();
            // Cheaper to ask than the checker, who would take their processor away.
            Patience.await("they catch up")
                    .atMost(CATCH_UP_LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(stalled)
                            .extracting(client -> client.transcript().events())
                            .allMatch(events -> events >= BESIDE * WINDOW / CHANNELS * FOLLOWED));
            System.out.printf("FAULTS slow-reader: caught up after %.1f s%n", (System.nanoTime() - read) / 1e9);
            scenario.finish();
        }
    }

    /// They come back to what they missed.
    @Test
    void asShippedAReaderThatIsTooFarBehindIsEnded() {
        Route direct = Route.toPorts(shipped.port());
        try (Scenario scenario = Scenario.of("too-slow-reader", deployment, CHANNELS, PADDING)) {
            double ended = shipped.metrics().sum("freshet_errors_total", "slow-reader");
            List<Client> fast = new ArrayList<>();
            for (int i = 0; i < CHANNELS; i += 5) {
                fast.add(scenario.stream(direct, List.of(scenario.channels().get(i))));
            }
            fast.forEach(Client::start);
            List<Client> stalled = stalled(scenario, direct);
            scenario.fault();
            publish(scenario, TOO_MANY, AT_ONCE_PER_SECOND);
            Patience.await("the server ends them")
                    .until(() ->
                            shipped.metrics().sum("freshet_errors_total", "slow-reader") >= ended + stalled.size());

            stalled.forEach(Client::read);
            Patience.await("they notice, and come back")
                    .atMost(COME_BACK_LIMIT)
                    .until(() -> stalled.stream()
                            .allMatch(client -> client.transcript().connections() > 1 && client.isConnected()));
            // A close frame waits behind what nobody read, and the server does not wait for ever.
            assertThat(scenario.sockets())
                    .as("sockets were closed with 4008, or cut")
                    .flatExtracting(SocketClient::closeCodes)
                    .allMatch(code -> code.equals(4008));
            scenario.finish();
            assertThat(fast).allMatch(client -> client.transcript().connections() == 1);
        }
    }

    /// Streams and sockets that were welcomed, and read nothing from then on.
    private static List<Client> stalled(Scenario scenario, Route route) {
        List<String> followed = scenario.channels().subList(0, FOLLOWED);
        List<Client> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED_OF_EACH; i++) {
            stalled.add(scenario.stream(route, followed));
            stalled.add(scenario.socket(route, followed));
        }
        for (Client client : stalled) {
            // The window is small here, and a history has the newest thousand of a channel.
            client.transcript().allow(Gaps.forLoss("lagging", "trimmed"));
            client.start();
        }
        scenario.awaitConnected();
        stalled.forEach(Client::stall);
        return stalled;
    }

    private static Latency measure(Scenario scenario, List<Client> here, List<Client> elsewhere, int windows) {
        long cpu = cpuMillis();
        List<Delays> ofThese = new ArrayList<>();
        List<Delays> ofThose = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            publish(scenario, WINDOW, PER_SECOND);
            ofThese.add(delays(here));
            ofThose.add(delays(elsewhere));
        }
        return new Latency(Delays.medians(ofThese), Delays.medians(ofThose), (cpuMillis() - cpu) / windows);
    }

    private static long cpuMillis() {
        return ProcessHandle.of(deployment.push(0).child().pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow()
                .toMillis();
    }

    private static Delays delays(List<Client> of) {
        double[] delays = Scenario.delaysMillis(of, WINDOW / CHANNELS, 0.5, 0.99);
        return new Delays(delays[0], delays[1]);
    }

    /// What it is on the other pod now, and how that differed before.
    private static double bound(ToDoubleFunction<Delays> which, Latency before, Latency beside) {
        double here = which.applyAsDouble(before.here());
        double elsewhere = which.applyAsDouble(before.elsewhere());
        return TIMES * Math.max(1, here / elsewhere) * which.applyAsDouble(beside.elsewhere());
    }

    /// Spread over all channels, at a rate that one producer keeps.
    private static void publish(Scenario scenario, int count, int perSecond) {
        scenario.load().stream(count, perSecond);
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
