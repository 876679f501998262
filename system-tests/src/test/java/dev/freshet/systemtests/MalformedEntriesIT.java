package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.Limits;
import dev.freshet.contract.log.Rejection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Producers are not trusted: what one of them gets wrong is set aside with the reason, and stops nobody.
@Tag("calm")
final class MalformedEntriesIT {

    private static final int PARTITIONS = 4;
    private static final int PARTITION = 2;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.start("malformed", PARTITIONS);
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    /// Stops one producer's malformed entries from holding up the events of all others, and from vanishing
    /// without a trace.
    @Test
    void malformedEntriesAreKeptOnceWithTheReasonAndCountedAndTheEventsAroundThemArrive() {
        Log log = deployment.log();
        String channel = log.channelIn(PARTITION, "shop");
        try (Followers followers = Followers.open(deployment, deployment.follower("follower"), channel)) {
            Map<String, Rejection> malformed = new LinkedHashMap<>();
            log.add(channel, "good", "0");
            int good = 1;
            for (Map.Entry<List<String>, Rejection> mistake : mistakes(channel).entrySet()) {
                malformed.put(log.addRaw(PARTITION, mistake.getKey().toArray(String[]::new)), mistake.getValue());
                log.add(channel, "good", Integer.toString(good++));
            }

            int expected = good;
            followers.await(expected, (name, events) -> {
                for (int i = 0; i < expected; i++) {
                    assertThat(events.get(i).payload().intValue()).as(name).isEqualTo(i);
                }
            });
            Patience.await("rejected")
                    .untilAsserted(
                            () -> assertThat(log.rejected(PARTITION)).hasSizeGreaterThanOrEqualTo(malformed.size()));
            // Whatever comes after all of them was looked at too: nobody still has one of them in hand.
            String last = log.addRaw(PARTITION, "channel", "nobody", "type", "last", "payload", "1");
            malformed.put(last, Rejection.CHANNEL);
            Patience.await("the last")
                    .untilAsserted(() -> assertThat(log.rejected(PARTITION))
                            .extracting(entry -> entry.field("id"))
                            .contains(last));

            assertThat(log.rejected(PARTITION))
                    .allSatisfy(entry -> assertThat(entry.field("detail")).isNotBlank())
                    .extracting(entry -> entry.field("id") + " " + entry.field("reason"))
                    .containsExactlyElementsOf(malformed.entrySet().stream()
                            .map(entry ->
                                    entry.getKey() + " " + entry.getValue().word())
                            .toList());
            for (int other = 0; other < PARTITIONS; other++) {
                if (other != PARTITION) {
                    assertThat(log.rejected(other)).isEmpty();
                }
            }
            metricsShow(malformed);
        }
    }

    /// Each push replica skips every one; of the indexers only one, whichever, counts it.
    private static void metricsShow(Map<String, Rejection> malformed) {
        Map<Rejection, Long> byReason =
                malformed.values().stream().collect(Collectors.groupingBy(reason -> reason, Collectors.counting()));
        byReason.forEach((reason, count) -> Patience.await(reason.word()).untilAsserted(() -> {
            String tag = "reason=\"" + reason.word() + "\"";
            for (Replica push : deployment.all(Service.PUSH)) {
                assertThat(push.metrics().sum("freshet_events_skipped_total", tag))
                        .as(push.child().name() + " skipped " + reason)
                        .isEqualTo(count.doubleValue());
            }
            double rejected = deployment.all(Service.EVENTS).stream()
                    .mapToDouble(events -> events.metrics().sum("freshet_events_rejected_total", tag))
                    .sum();
            assertThat(rejected).as("rejected " + reason).isEqualTo(count.doubleValue());
        }));
    }

    private static Map<List<String>, Rejection> mistakes(String channel) {
        String elsewhere = deployment.log().channelIn(PARTITION - 1, "elsewhere");
        Map<List<String>, Rejection> mistakes = new LinkedHashMap<>();
        mistakes.put(List.of("hello", "world"), Rejection.MISSING_FIELD);
        mistakes.put(List.of("channel", channel, "type", "a"), Rejection.MISSING_FIELD);
        mistakes.put(
                List.of("channel", channel, "channel", channel, "type", "a", "payload", "1"), Rejection.REPEATED_FIELD);
        mistakes.put(List.of("channel", "shop", "type", "a", "payload", "1"), Rejection.CHANNEL);
        mistakes.put(List.of("channel", channel + "\n", "type", "a", "payload", "1"), Rejection.CHANNEL);
        mistakes.put(List.of("channel", elsewhere, "type", "a", "payload", "1"), Rejection.PARTITION);
        mistakes.put(List.of("channel", channel, "type", "init", "payload", "1"), Rejection.TYPE);
        mistakes.put(List.of("channel", channel, "type", "a\ndata: x", "payload", "1"), Rejection.TYPE);
        mistakes.put(List.of("channel", channel, "type", "a", "payload", "{\"n\":"), Rejection.PAYLOAD);
        mistakes.put(
                List.of("channel", channel, "type", "a", "payload", "[".repeat(65) + "]".repeat(65)),
                Rejection.PAYLOAD);
        mistakes.put(
                List.of("channel", channel, "type", "a", "payload", '"' + "x".repeat(Limits.MAX_PAYLOAD_BYTES) + '"'),
                Rejection.PAYLOAD);
        mistakes.put(List.of("channel", channel, "type", "a", "payload", "1", "actor", "me"), Rejection.FIELD);
        mistakes.put(List.of("channel", channel, "type", "a", "payload", "1", "exclude", ""), Rejection.FIELD);
        return mistakes;
    }
}
