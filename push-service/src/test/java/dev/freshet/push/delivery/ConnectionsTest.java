package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Partitions;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a drain's waves take their share.
class ConnectionsTest {

    private static final int WAVES = 40;

    private final PushMetrics metrics = new PushMetrics(new SimpleMeterRegistry());
    private final LoopHub hub = new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), metrics);
    private final Connections connections = hub.connections();
    private final List<Integer> ended = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 39, 40, 41, 1000})
    void everyQuarterOfTheWindowEndsAQuarterAndTheLastWaveTheRest(int count) {
        open(count);

        for (int wave = WAVES; wave >= 1; wave--) {
            connections.endWave(wave);
            if (wave % 10 == 1) {
                double share = (WAVES - wave + 1) / (double) WAVES;
                assertThat((double) ended.size()).isBetween(share * count - 1, share * count + 1);
            }
        }

        assertThat(ended).hasSize(count).isSorted();
        assertThat(connections.size()).isZero();
        assertThat(metrics.drainedConnections()).isEqualTo(count);
    }

    @Test
    void whoComesDuringTheWavesEndsWithTheLast() {
        open(10);
        for (int wave = WAVES; wave >= 2; wave--) {
            connections.endWave(wave);
        }
        open(10);

        connections.endWave(1);

        assertThat(connections.size()).isZero();
        assertThat(ended).hasSize(20);
    }

    @Test
    void aConnectionCountsUntilItsLastBytesAreGone() {
        Promise<Void> written = Promise.promise();
        connections.add(connection(written.future()));

        connections.endWave(1);

        assertThat(connections.size()).isEqualTo(1);
        written.fail("cut");
        assertThat(connections.size()).isZero();
    }

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            connections.add(connection(Future.succeededFuture()));
        }
    }

    private Connections.Connection connection(Future<Void> end) {
        int number = connections.size() + ended.size();
        return new Connections.Connection() {
            @Override
            public Transport transport() {
                return Transport.SSE;
            }

            @Override
            public Feed feed() {
                throw new AssertionError("a wave does not ask what is followed");
            }

            @Override
            public Future<Void> restart() {
                ended.add(number);
                return end;
            }

            @Override
            public void tooSlow() {
                throw new AssertionError("nobody is slow");
            }
        };
    }
}
