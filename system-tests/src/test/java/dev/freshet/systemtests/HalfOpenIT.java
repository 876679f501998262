package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.checker.Verdict;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import dev.freshet.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Connections that are dead though nobody said so: no FIN, no RST, only silence.
@Tag("faults")
final class HalfOpenIT {

    private static final int HALF_OPEN = 40;
    private static final int OTHERS = 80;
    private static final int CHANNELS = 6;
    private static final int RATE = 120;

    /// Characters per event: what a dead connection's buffers take must be full within seconds.
    private static final int PADDING = 3_000;

    private static final Duration BEAT = Duration.ofSeconds(1);

    /// After which nginx takes a service for dead, in the relation of the shipped 75 s to 25 s, and one more: this
    /// machine may be busy.
    private static final Duration SILENCE = BEAT.multipliedBy(4);

    /// Kernels buffer some MiB for a peer that says nothing.
    private static final Duration SERVER_LIMIT = Duration.ofSeconds(60);

    /// "Within seconds": one blocked read, one late answer, one new connection.
    private static final Duration TAIL_LIMIT = Duration.ofSeconds(15);

    private static Deployment deployment;
    private static SilentProxy beforeRedis;

    @BeforeAll
    static void start() {
        RedisServer redis = RedisServer.start();
        beforeRedis = SilentProxy.before(redis.port());
        deployment = Deployment.start(
                Plan.of("half-open", 2)
                        .replicas(Service.TICKET, 1)
                        .replicas(Service.EVENTS, 1)
                        .behindBuffers()
                        .with(Service.PUSH, "QUARKUS_REDIS_HOSTS", "redis://127.0.0.1:" + beforeRedis.port())
                        .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                        .with(Service.PUSH, "FRESHET_PUSH_SSE_HEARTBEAT_INTERVAL", BEAT.toMillis() + "MS")
                        .with(Service.PUSH, "FRESHET_PUSH_WEBSOCKET_PING_INTERVAL", BEAT.toMillis() + "MS")
                        .with(Service.PUSH, "FRESHET_PUSH_SLOW_MAX_LAG", "3S"),
                Backend.of(redis));
    }

    @AfterAll
    static void stop() {
        deployment.close();
        beforeRedis.close();
    }

    @Test
    void theServerEndsWhatIsHalfOpenAndItsClientsResumeElsewhere() {
        Replica first = deployment.push(0);
        Replica second = deployment.push(1);
        try (SilentProxy silent = SilentProxy.before(first.port());
                Scenario scenario = Scenario.of("half-open-clients", deployment, CHANNELS, PADDING)) {
            List<Client> victims = new ArrayList<>();
            for (int i = 0; i < HALF_OPEN; i++) {
                Route route = Route.toPorts(silent.port(), second.port());
                Client client = i % 2 == 0
                        ? scenario.stream(route, scenario.channels())
                        : scenario.socket(route, scenario.channels());
                client.silenceLimit(BEAT.multipliedBy(4)).start();
                victims.add(client);
            }
            scenario.awaitConnected();
            scenario.connect(OTHERS, Route.toPorts(second.port()));
            scenario.load().begin(RATE);
            scenario.flow(300);
            double withoutVictims = first.metrics().sum("freshet_connections") - HALF_OPEN;

            scenario.fault();
            assertThat(silent.forget()).isGreaterThanOrEqualTo(HALF_OPEN);
            Patience.await("the server ends them")
                    .atMost(SERVER_LIMIT)
                    .until(() -> first.metrics().sum("freshet_connections") <= withoutVictims);
            assertThat(first.metrics().sum("freshet_errors_total", "dead-connection"))
                    .as("sockets end because they owe pongs")
                    .isPositive();
            scenario.flow(300);

            scenario.awaitConnected();
            scenario.finish();
            assertThat(victims).allMatch(client -> client.transcript().connections() == 2);
        }
    }

    @Test
    void aProxyEndsWhatIsHalfOpenBehindItAndClientsThatNoticeNothingResumeElsewhere() {
        try (SilentProxy first = SilentProxy.before(deployment.push(0).port());
                SilentProxy second = SilentProxy.before(deployment.push(1).port());
                Proxy nginx = Proxy.startBuffering(
                        Service.logFolder("half-open-proxy"),
                        service -> service == Service.PUSH
                                ? List.of(first.port(), second.port())
                                : deployment.ports(service),
                        SILENCE);
                Scenario scenario = Scenario.of("half-open-proxy", deployment, CHANNELS)) {
            Route route = Route.toPorts(nginx.port());
            for (int i = 0; i < HALF_OPEN; i++) {
                Client client = i % 2 == 0
                        ? scenario.stream(route, scenario.someChannels())
                        : scenario.socket(route, scenario.someChannels());
                client.start();
            }
            scenario.awaitConnected();
            scenario.browse(nginx, scenario.channels());
            scenario.load().begin(RATE);
            scenario.flow(300);

            scenario.fault();
            assertThat(first.forget() + second.forget()).isGreaterThanOrEqualTo(HALF_OPEN + scenario.pages());
            Patience.await("all come back")
                    .until(() -> scenario.checker().transcripts().stream()
                            .allMatch(transcript -> transcript.connections() == 2));
            scenario.flow(300);

            scenario.finish();
            assertThat(scenario.page().filter(page -> !page.isConnected())).isEmpty();
        }
    }

    @Test
    void theTailNoticesWithinSecondsThatItsConnectionToRedisIsDead() {
        try (Scenario scenario = Scenario.of("half-open-redis", deployment, CHANNELS)) {
            scenario.connect(OTHERS);
            scenario.load().begin(RATE);
            scenario.flow(300);

            scenario.fault();
            assertThat(beforeRedis.forget()).isPositive();
            long forgotten = System.nanoTime();
            scenario.flow(50);
            int seen = scenario.clients().stream()
                    .mapToInt(client -> client.transcript().events())
                    .max()
                    .orElseThrow();
            Patience.await("events go on")
                    .atMost(TAIL_LIMIT)
                    .until(() -> scenario.clients().stream()
                            .allMatch(client -> client.transcript().events() > 0
                                    && scenario.clients().stream()
                                            .anyMatch(any -> any.transcript().events() > seen)));
            System.out.printf(
                    "FAULTS half-open-redis: events went on after %.1f s%n", (System.nanoTime() - forgotten) / 1e9);
            Verdict verdict = scenario.finish();
            assertThat(verdict.connections()).as("nobody had to reconnect").isEqualTo(OTHERS + scenario.pages());
        }
    }
}
