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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Where Pushpin is installed: it is set up so that it delivers what it is given.
final class PushpinTest {

    private static final int CLIENTS = 20;
    private static final int CHANNELS = 3;

    /// More at once than its buffer of a connection holds (8 KiB) are dropped on a WebSocket.
    private static final int EVENTS = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyClientGetsTheEventsOfItsChannelOnce(Wire wire) throws Exception {
        assumeTrue(Pushpin.isInstalled(), "there is no Pushpin");
        Audience audience = new Audience(wire, CLIENTS, Audience.Shape.TOPICS, CHANNELS);
        Ledger ledger = new Ledger();
        try (Pushpin pushpin = Pushpin.start(folder);
                Publisher publisher = pushpin.publisher(audience, ledger);
                Fleet fleet = Fleet.open(
                        ledger, 2, CLIENTS, 1_000, pushpin::address, client -> pushpin.handshake(audience, client))) {
            for (int i = 0; i < EVENTS; i++) {
                publisher.publish(0, ledger.next());
            }
            publisher.publish(1, ledger.next());
            publisher.flush();

            // 20 clients are dealt to three channels: 7, 7 and 6.
            assertThat(fleet.awaitDeliveries(7 * EVENTS + 7, PATIENCE)).isTrue();
            assertThat(fleet.received()[0]).isEqualTo(EVENTS);
            assertThat(fleet.received()[1]).isEqualTo(1);
            assertThat(fleet.received()[2]).isZero();
            assertThat(fleet.doubled()).isZero();
            assertThat(fleet.failures()).isEmpty();
            assertThat(pushpin.pids())
                    .as("its own, three of its services, and the asker")
                    .hasSize(5);
        }
    }
}
