package dev.freshet.push.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.log.Partitions;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.service.identity.Caller;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a drain's waves take their share, and whom a revocation ends.
class ConnectionsTest {

    private static final int WAVES = 40;

    private final PushMetrics metrics = new PushMetrics(new SimpleMeterRegistry());
    private final LoopHub hub = new LoopHub(ImmediateEventExecutor.INSTANCE, new Partitions(1), metrics);
    private final Connections connections = hub.connections();
    private final List<Integer> ended = new ArrayList<>();
    private final List<String> revoked = new ArrayList<>();

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

    @Test
    void aRevocationEndsWhatTheUserOpenedWithAnOlderToken() {
        connections.add(connection("ada", 1_000));
        connections.add(connection("ada", 5_999));
        connections.add(connection("ada", 6_000));
        connections.add(connection("bob", 1_000));

        connections.revoke(Map.of("ada", 5_000L));

        assertThat(revoked).containsExactly("ada 1000", "ada 5999");
        assertThat(connections.size()).isEqualTo(2);
        assertThat(connections.users()).containsExactlyInAnyOrder("ada", "bob");
    }

    /// News may come between a user's admission and the moment in which the connection is there to be ended.
    @Test
    void whoIsLetInWhileTheNewsComesIsEnded() {
        connections.revoke(Map.of("ada", 5_000L));

        connections.add(connection("ada", 4_000));
        connections.add(connection("ada", 6_000));

        assertThat(revoked).containsExactly("ada 4000");
        assertThat(connections.isRevoked(caller("ada", 4_000))).isTrue();
        assertThat(connections.isRevoked(caller("ada", 6_000))).isFalse();
        assertThat(connections.isRevoked(caller("bob", 4_000))).isFalse();
    }

    @Test
    void anOlderRevocationDoesNotReplaceALaterOne() {
        connections.revoke(Map.of("ada", 5_000L));
        connections.revoke(Map.of("ada", 1_000L));

        assertThat(connections.isRevoked(caller("ada", 4_000))).isTrue();
    }

    @Test
    void recentRevocationsAreBounded() {
        connections.revoke(Map.of("first", 5_000L));
        for (int i = 0; i < 1_000; i++) {
            connections.revoke(Map.of("user-" + i, 5_000L));
        }

        assertThat(connections.isRevoked(caller("first", 0))).isFalse();
        assertThat(connections.isRevoked(caller("user-0", 0))).isTrue();
    }

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            connections.add(connection(Future.succeededFuture()));
        }
    }

    private static Caller caller(String user, long issuedAt) {
        return new Caller(user, null, Grants.NONE, Grants.NONE, List.of(), issuedAt, Long.MAX_VALUE);
    }

    private Connections.Connection connection(String user, long issuedAt) {
        return connection(caller(user, issuedAt), Future.succeededFuture());
    }

    private Connections.Connection connection(Future<Void> end) {
        return connection(caller("ada", 0), end);
    }

    private Connections.Connection connection(Caller caller, Future<Void> end) {
        int number = connections.size() + ended.size();
        return new Connections.Connection() {
            @Override
            public Transport transport() {
                return Transport.SSE;
            }

            @Override
            public Caller caller() {
                return caller;
            }

            @Override
            public void revoked() {
                revoked.add(caller.userId() + " " + caller.issuedAt());
            }

            @Override
            public Future<Void> restart() {
                ended.add(number);
                return end;
            }
        };
    }
}
