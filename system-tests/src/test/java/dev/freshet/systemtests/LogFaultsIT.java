package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.log.Keys;
import dev.freshet.systemtests.checker.Gaps;
import dev.freshet.systemtests.checker.Transcript;
import dev.freshet.systemtests.checker.Verdict;
import dev.freshet.systemtests.client.Client;
import dev.freshet.systemtests.client.Route;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A stranger with rights of its own trims and deletes in the log. What is known elsewhere is delivered; what is
/// not is told.
@Tag("faults")
final class LogFaultsIT {

    private static final int CLIENTS = 200;
    private static final int CHANNELS = 12;
    private static final int PARTITIONS = 2;
    private static final int RATE = 100;

    /// Small, so that a few hundred events are more than a pod keeps.
    private static final int WINDOW = 64;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start(Plan.of("log-faults", PARTITIONS)
                .replicas(Service.TICKET, 1)
                .replicas(Service.EVENTS, 1)
                .behindBuffers()
                .with(Service.PUSH, "FRESHET_PUSH_SSE_RETRY", "500MS")
                .with(Service.PUSH, "FRESHET_PUSH_TAIL_WINDOW_EVENTS", Integer.toString(WINDOW)));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void historyAnswersForALogThatAStrangerTrimmed() {
        try (Scenario scenario = Scenario.of("trimmed-after-copy", deployment, CHANNELS)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(100);

            List<Client> away = scenario.clients().subList(0, CLIENTS / 2);
            away.forEach(Client::stop);
            scenario.page().ifPresent(Page::goAway);
            scenario.flow(8 * WINDOW);
            scenario.load().pause();
            awaitCopied();
            awaitReceived(
                    scenario, transcript -> isOf(transcript, scenario.clients().subList(CLIENTS / 2, CLIENTS)));
            scenario.fault();
            trimAll();
            away.forEach(Client::start);
            scenario.page().ifPresent(Page::comeBack);
            scenario.load().rate(RATE);
            scenario.flow(50);

            scenario.awaitConnected();
            Verdict verdict = scenario.finish();
            assertThat(verdict.connections()).isEqualTo(CLIENTS + away.size() + 2 * scenario.pages());
        }
    }

    @Test
    void aClientThatWasAwayIsToldOfWhatWasTrimmedBeforeItWasCopied() {
        try (Scenario scenario = Scenario.of("trimmed-before-copy", deployment, CHANNELS)) {
            scenario.connect(CLIENTS);
            scenario.load().begin(RATE);
            scenario.flow(100);
            scenario.load().pause();
            awaitCopied();

            List<Client> away = scenario.clients().subList(0, CLIENTS / 2);
            away.forEach(Client::stop);
            scenario.page().ifPresent(Page::goAway);
            List<Transcript> told = Stream.concat(
                            away.stream().map(Client::transcript),
                            scenario.page().stream().map(Page::transcript))
                    .toList();
            told.forEach(transcript -> transcript.allow(Gaps.atMostOne("trimmed")));
            Replica indexer = deployment.events(0);
            indexer.child().send("STOP");
            try {
                scenario.channels().forEach(channel -> scenario.load().burst(channel, WINDOW));
                awaitReceived(
                        scenario,
                        transcript -> isOf(transcript, scenario.clients().subList(CLIENTS / 2, CLIENTS)));
                scenario.fault();
                trimAll();
                away.forEach(Client::start);
                scenario.page().ifPresent(Page::comeBack);
                Patience.await("who was away is told")
                        .until(() -> told.stream()
                                .allMatch(transcript -> transcript.gapsSeen()
                                        == transcript.channels().size()));
            } finally {
                indexer.child().send("CONT");
            }
            scenario.load().rate(RATE);
            scenario.flow(100);

            Verdict verdict = scenario.finish();
            assertThat(verdict.gaps())
                    .isEqualTo(told.stream()
                            .mapToLong(transcript -> transcript.channels().size())
                            .sum());
            assertThat(verdict.announced()).isPositive();
        }
    }

    @Test
    void aPodThatWasPausedTellsWhatWasTrimmedBeforeItReadIt() {
        past("trimmed-past-a-pod", scenario -> trimAll());
    }

    @Test
    void aPodThatWasPausedTellsWhatWasDeletedBeforeItReadIt() {
        past("deleted-past-a-pod", scenario -> {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<Log.Stored> entries = deployment.log().entries(partition);
                List<Log.Stored> newest = entries.subList(entries.size() - 20, entries.size() - 1);
                String[] command = Stream.concat(
                                Stream.of("XDEL", Keys.events(partition)),
                                newest.stream().map(Log.Stored::id))
                        .toArray(String[]::new);
                assertThat(deployment.redis().cli(command)).isEqualTo(Integer.toString(newest.size()));
            }
        });
    }

    /// Lets a stranger take entries that one pod has read and the other has not.
    private static void past(String name, java.util.function.Consumer<Scenario> stranger) {
        try (Scenario scenario = Scenario.of(name, deployment, CHANNELS)) {
            Replica paused = deployment.push(0);
            Replica running = deployment.push(1);
            for (int i = 0; i < CLIENTS; i++) {
                Route route = Route.toPorts((i % 4 < 2 ? paused : running).port());
                Client client = i % 2 == 0
                        ? scenario.stream(route, scenario.someChannels())
                        : scenario.socket(route, scenario.someChannels());
                if (i % 4 < 2) {
                    client.transcript().allow(Gaps.atMostOne("trimmed"));
                }
                client.start();
            }
            scenario.awaitConnected();
            scenario.browse(scenario.channels());
            // On one of the two pods, whichever.
            scenario.page().ifPresent(page -> page.transcript().allow(Gaps.atMostOne("trimmed")));
            scenario.load().begin(RATE);
            scenario.flow(50);
            scenario.load().pause();
            awaitReceived(scenario, transcript -> true);

            paused.child().send("STOP");
            try {
                scenario.channels().forEach(channel -> scenario.load().burst(channel, 20));
                awaitReceived(
                        scenario,
                        transcript -> isOf(
                                transcript,
                                Stream.concat(scenario.streams().stream(), scenario.sockets().stream())
                                        .filter(client -> client.transcript().mayHaveNoGap())
                                        .toList()));
                scenario.fault();
                stranger.accept(scenario);
            } finally {
                paused.child().send("CONT");
            }
            scenario.load().rate(RATE);
            scenario.flow(100);

            Verdict verdict = scenario.finish();
            assertThat(verdict.announced()).isPositive();
        }
    }

    private static boolean isOf(Transcript transcript, List<? extends Client> clients) {
        return clients.stream().anyMatch(client -> client.transcript() == transcript);
    }

    private static void awaitReceived(Scenario scenario, Predicate<Transcript> which) {
        Patience.await("all events arrive")
                .until(() -> scenario.load().isIdle()
                        && scenario.checker().verify(which).lost() == 0);
    }

    private static void awaitCopied() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            String log = Keys.events(partition);
            String state = Keys.state(partition);
            Patience.await("history is complete").until(() -> {
                String last = Objects.requireNonNull(
                                Rest.parse(deployment.redis().cli("--json", "XINFO", "STREAM", log)))
                        .path("last-generated-id")
                        .asText();
                return deployment.redis().cli("HGET", state, "indexed").equals(last);
            });
        }
    }

    private static void trimAll() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            deployment.redis().cli("XTRIM", Keys.events(partition), "MAXLEN", "0");
        }
    }
}
