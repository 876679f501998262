package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.checker.Verdict;
import dev.freshet.systemtests.client.Client;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The one Redis dies, comes back, or forgets everything, and strangers write what they want: under load.
@Tag("faults")
final class RedisFaultsIT {

    private static final int CLIENTS = 240;
    private static final int CHANNELS = 24;
    private static final int RATE = 100;

    /// Redis holds back for two seconds, and looks at its clock once in a while.
    private static final Duration HELD_BACK = Duration.ofSeconds(3);

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("redis-faults", 4)
                .redis("--appendonly", "yes", "--appendfsync", "everysec")
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS"));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void whatWasAcknowledgedSurvivesTheDeathOfRedis() {
        try (Scenario scenario = Scenario.withRoom("redis-death", deployment, CHANNELS, 0)) {
            assertThat(deployment.redis().cli("CONFIG", "SET", "appendfsync", "always"))
                    .isEqualTo("OK");
            dieAndComeBack(scenario);

            assertOnlyTheBrokenReconnected(scenario.finish());
        }
    }

    /// As it is shipped. While the disk is slow to sync, Redis holds back what it acknowledged for up to two seconds
    /// and takes that with it; whoever had it already is told.
    @Test
    void allButTheLastSecondsSurvivesTheDeathOfRedis() {
        try (Scenario scenario = Scenario.withRoom("redis-restart", deployment, CHANNELS, 0)) {
            Instant killed = dieAndComeBack(scenario);

            scenario.load().finish();
            if (scenario.excuseWhatIsGone(killed.minus(HELD_BACK)) > 0) {
                scenario.allow(Gaps.atMostOne("reset").alsoLate());
            }
            assertOnlyTheBrokenReconnected(scenario.settle(transcript -> true));
        }
    }

    /// @return when Redis died
    private static Instant dieAndComeBack(Scenario scenario) {
        scenario.connect(CLIENTS);
        scenario.load().begin(RATE);
        scenario.flow(300);

        scenario.fault();
        deployment.redis().kill();
        Instant killed = Instant.now();
        long refused = scenario.load().refusals();
        Patience.await("publishers are refused").until(() -> scenario.load().refusals() > refused + 50);
        scenario.clients().stream().limit(20).forEach(Client::breakConnection);
        deployment.redis().restart();
        scenario.flow(600);
        scenario.awaitConnected();
        return killed;
    }

    private static void assertOnlyTheBrokenReconnected(Verdict verdict) {
        assertThat(verdict.connections())
                .as("only those that were broken reconnected")
                .isBetween(CLIENTS, CLIENTS + 60);
    }

    @Test
    void afterFlushallEachClientIsToldOncePerChannel() {
        try (Scenario scenario = Scenario.of("flushall", deployment, CHANNELS)) {
            scenario.connect(CLIENTS);
            scenario.allow(Gaps.exactlyOne("reset"));
            scenario.load().begin(RATE);
            scenario.flow(300);

            scenario.fault();
            assertThat(deployment.redis().cli("FLUSHALL")).isEqualTo("OK");
            scenario.load().pause();
            Patience.await("everyone is told")
                    .until(() -> scenario.clients().stream()
                            .allMatch(client -> client.transcript().gapsSeen()
                                    == client.transcript().channels().size()));
            // Who breaks and comes back with what it knows now must not be told again, though nothing came since.
            List<Client> breaking = scenario.clients().subList(0, 40);
            breaking.forEach(Client::breakConnection);
            Patience.await("they came back")
                    .until(() -> breaking.stream()
                            .allMatch(client -> client.transcript().connections() == 2 && client.isConnected()));
            scenario.load().rate(RATE);
            scenario.flow(300);

            scenario.finish();
        }
    }

    @Test
    void hostileEntriesNeitherStopNorDisturbAnyone() {
        try (Scenario scenario = Scenario.of("hostile-entries", deployment, CHANNELS)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            List<String[]> hostile = hostile(scenario.channels().getFirst());
            for (int round = 0; round < 3; round++) {
                for (String[] fields : hostile) {
                    scenario.fault();
                    deployment.log().addRaw(scenario.random().nextInt(4), fields);
                }
                scenario.flow(150);
            }
            scenario.finish();
        }
    }

    private static List<String[]> hostile(String channel) {
        int own = deployment.log().partitionOf(channel);
        String deep = "[".repeat(5_000) + "]".repeat(5_000);
        String huge = "\"" + "x".repeat(1_000_000 / 10) + "\"";
        String[] many = new String[2_000];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "field-" + i;
            many[i + 1] = "value";
        }
        return List.of(
                new String[] {"channel", channel, "type", "load", "payload", "{\"n\":0"},
                new String[] {"channel", channel, "type", "load", "payload", deep},
                new String[] {"channel", channel, "type", "load", "payload", huge},
                new String[] {"channel", channel, "type", "gap", "payload", "{\"reason\":\"reset\"}"},
                new String[] {"channel", channel, "type", "init", "payload", "{}"},
                new String[] {"channel", channel, "type", "load\nid: 1-1~evil", "payload", "{}"},
                new String[] {"channel", channel + "\r\ndata: evil", "type", "load", "payload", "{}"},
                new String[] {"channel", "nowhere:" + own, "type", "load", "payload", "{}"},
                new String[] {"channel", "", "type", "", "payload", ""},
                new String[] {"payload", "{}"},
                new String[] {"channel", channel, "channel", "broadcast:other", "type", "load", "payload", "nonsense"},
                many);
    }
}
