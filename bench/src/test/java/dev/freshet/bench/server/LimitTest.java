package dev.freshet.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Fleet;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import dev.freshet.bench.load.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The load generator and the limit program, one against the other.
final class LimitTest {

    private static final int CLIENTS = 20;
    private static final int CHANNELS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyClientGetsTheEventsOfItsChannelOnce(Wire wire) throws Exception {
        Audience audience = new Audience(wire, CLIENTS, Audience.Shape.TOPICS, CHANNELS);
        Ledger ledger = new Ledger();
        try (Limit limit = Limit.start(compile(), folder);
                Publisher publisher = limit.publisher(audience, ledger);
                Fleet fleet = open(limit, audience, ledger)) {
            for (int i = 0; i < 100; i++) {
                publisher.publish(0, ledger.next(System.nanoTime()));
            }
            publisher.publish(1, ledger.next());
            publisher.flush();

            // 20 clients are dealt to three channels: 7, 7 and 6.
            assertThat(fleet.awaitDeliveries(707, PATIENCE)).isTrue();
            assertThat(fleet.received()[0]).isEqualTo(100);
            assertThat(fleet.received()[1]).isEqualTo(1);
            assertThat(fleet.received()[2]).isZero();
            assertThat(fleet.doubled()).isZero();
            assertThat(fleet.failures()).isEmpty();
            // What is not timed is not counted.
            assertThat(fleet.sinceMeant().getTotalCount()).isEqualTo(700);
        }
    }

    @Test
    void clientsThatComeBackGoOnCounting() throws Exception {
        Audience audience = Audience.crowd(Wire.SSE, CLIENTS);
        Ledger ledger = new Ledger();
        try (Limit limit = Limit.start(compile(), folder);
                Publisher publisher = limit.publisher(audience, ledger);
                Fleet fleet = open(limit, audience, ledger)) {
            publisher.publish(0, ledger.next());
            publisher.flush();
            assertThat(fleet.awaitDeliveries(CLIENTS, PATIENCE)).isTrue();

            fleet.reopen(Duration.ofMillis(100), seen -> {
                assertThat(seen.last()).isEqualTo(1);
                return limit.handshake(audience, seen.client());
            });
            fleet.awaitOpen(PATIENCE);
            publisher.publish(0, ledger.next());
            publisher.flush();

            assertThat(fleet.awaitDeliveries(2 * CLIENTS, PATIENCE)).isTrue();
            assertThat(fleet.received()).containsOnly(2);
        }
    }

    private static Fleet open(Limit limit, Audience audience, Ledger ledger) {
        return Fleet.open(ledger, 2, CLIENTS, 1_000, limit::address, client -> limit.handshake(audience, client));
    }

    private Path compile() throws Exception {
        assumeTrue(Peers.isInstalled("cc"), "there is no C compiler");
        Path program = folder.resolve("limit");
        Path source =
                Path.of(System.getProperty("basedir", "."), "limit/limit.c").toAbsolutePath();
        Process compiler = new ProcessBuilder(List.of("cc", "-O2", "-o", program.toString(), source.toString()))
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        return program;
    }
}
