package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real signals to a push pod's process.
final class DrainIT {

    private static final int CLIENTS = 10;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long SIGINT_BIT = 1 << (2 - 1);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.withoutServices("drain", 1);
        deployment.launch(Service.TICKET, 1).awaitReady();
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @ParameterizedTest
    @CsvSource({"TERM", "INT"})
    void theFirstSignalDrainsAndTheProcessExitsWithZero(String signal) throws InterruptedException, IOException {
        assumeHeeded(signal);
        Replica pod = pod("3S", "4S");
        List<Recorder> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(stream(pod));
            clients.add(socket(pod));
        }
        try {
            pod.child().send(signal);
            Patience.await("not ready").until(() -> !pod.isReady());

            clients.add(stream(pod));
            clients.add(socket(pod));
            deployment.log().add("room:lobby", "while-accepting", "{}");
            clients.forEach(client -> Patience.await("an event")
                    .until(() -> client.events().stream()
                            .anyMatch(event -> event.type().equals("while-accepting"))));

            Patience.await("refusals").until(() -> {
                EventStream late = EventStream.open(pod.url("/api/rooms/lobby/events"), user());
                Patience.await("an answer")
                        .until(() -> !late.isOpen() || !late.ofType("init").isEmpty());
                boolean refused = !late.ofType("unavailable").isEmpty();
                late.close();
                return refused;
            });
            // The log is read and written to whom is still there; readiness and metrics answer.
            deployment.log().add("room:lobby", "while-draining", "{}");
            Patience.await("an event in the midst of the waves")
                    .until(() -> clients.stream()
                            .anyMatch(client -> client.events().stream()
                                    .anyMatch(event -> event.type().equals("while-draining"))));
            assertThat(pod.isReady()).isFalse();
            assertThat(pod.metrics().sum("freshet_connections")).isPositive();

            assertThat(pod.child().awaitExit(LIMIT)).isZero();
            for (Recorder client : clients) {
                Patience.await("the end").until(() -> !client.isOpen());
                assertThat(client.ofType("gap")).isEmpty();
                if (client instanceof Socket socket) {
                    assertThat(socket.closeCode()).isEqualTo(1012);
                }
            }
            assertThat(pod.child().logLines())
                    .filteredOn(line -> line.contains("Drain"))
                    .satisfiesExactly(
                            begin -> assertThat(begin).contains("Draining: ").contains(2 * CLIENTS + " connections"),
                            end -> assertThat(end).contains("Drained: ").contains("0 are left"));
        } finally {
            clients.forEach(Recorder::close);
        }
    }

    @Test
    void withoutConnectionsItExitsAfterTheAcceptTime() throws InterruptedException {
        Replica pod = pod("1S", "1H");
        long sent = System.nanoTime();

        pod.child().send("TERM");

        assertThat(pod.child().awaitExit(LIMIT)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"TERM,TERM,143", "TERM,INT,130", "INT,TERM,143"})
    void theSecondSignalEndsItAtOnce(String first, String second, int exitCode)
            throws InterruptedException, IOException {
        assumeHeeded(first);
        assumeHeeded(second);
        Replica pod = pod("1H", "1H");
        pod.child().send(first);
        Patience.await("not ready").until(() -> !pod.isReady());

        pod.child().send(second);

        assertThat(pod.child().awaitExit(Duration.ofSeconds(5))).isEqualTo(exitCode);
    }

    /// A shell without job control has its background jobs ignore SIGINT, all their processes inherit that, and a JVM
    /// leaves it as it is. Linux says so in `SigIgn`, one bit a signal; elsewhere it is taken for heeded.
    private static void assumeHeeded(String signal) throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!signal.equals("INT") || !Files.exists(status)) {
            return;
        }
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).trim(), 16))
                .findFirst()
                .orElse(0);
        assumeThat(ignored & SIGINT_BIT)
                .as("SIGINT is heeded here: run the tests in the foreground")
                .isZero();
    }

    private static Replica pod(String accept, String window) {
        Replica pod = deployment.launch(
                Service.PUSH, 1, Map.of("FRESHET_PUSH_DRAIN_ACCEPT", accept, "FRESHET_PUSH_DRAIN_WINDOW", window));
        pod.awaitReady();
        return pod;
    }

    /// Another one each time: neither opens nor tickets are held back.
    private static Rest user() {
        return deployment.follower("user-" + UUID.randomUUID(), "room:*");
    }

    private static EventStream stream(Replica pod) {
        EventStream stream = EventStream.open(pod.url("/api/rooms/lobby/events"), user());
        Patience.await("init").until(() -> !stream.ofType("init").isEmpty());
        return stream;
    }

    private static Socket socket(Replica pod) {
        Socket socket = Socket.connect(
                pod.url("/ws"), deployment.ticket(user(), deployment.ticket(0).url("/api/ws/ticket")));
        socket.subscribe("room:lobby");
        return socket;
    }
}
