package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A publish that is sent twice happens once, whichever replica takes it.
@Tag("calm")
final class IdempotencyIT {

    private static final int ROUNDS = 50;

    @ParameterizedTest(name = "with {0} partition(s)")
    @ValueSource(ints = {1, 4})
    void theSameKeySentToTwoReplicasAtOnceAppendsOnce(int partitions) {
        Deployment deployment = Deployment.shared(partitions);
        Rest publisher = deployment.publisher();
        List<String> channels = IntStream.range(0, 6)
                .mapToObj(i -> deployment.log().channelIn(i % partitions, "once-" + i))
                .toList();
        for (int round = 0; round < ROUNDS; round++) {
            String one = "{\"channel\":\"%s\",\"type\":\"one\",\"payload\":%d}".formatted(channels.getFirst(), round);
            assertThat(sendTwice(deployment, publisher, "one-" + round, one)
                            .json()
                            .path("id")
                            .textValue())
                    .isNotNull();

            String several = "{\"channels\":%s,\"type\":\"several\",\"payload\":%d}"
                    .formatted(channels.stream().collect(Collectors.joining("\",\"", "[\"", "\"]")), round);
            assertThat(sendTwice(deployment, publisher, "several-" + round, several)
                            .json()
                            .path("ids"))
                    .hasSize(channels.size());
        }

        List<Log.Stored> entries = deployment.log().entries();
        assertThat(entries)
                .filteredOn(entry -> entry.field("type").equals("one"))
                .hasSize(ROUNDS);
        assertThat(entries)
                .filteredOn(entry -> entry.field("type").equals("several"))
                .hasSize(ROUNDS * channels.size());
        for (String channel : channels) {
            assertThat(entries)
                    .filteredOn(entry -> entry.field("type").equals("several"))
                    .filteredOn(entry -> entry.field("channel").equals(channel))
                    .extracting(entry -> entry.payload().intValue())
                    .as(channel)
                    .containsExactlyElementsOf(
                            IntStream.range(0, ROUNDS).boxed().toList());
        }
        anotherRequestUnderAUsedKeyIsRefusedByTheOtherReplicaToo(deployment, publisher, channels.getFirst());
        deployment.assertNoLeaks();
    }

    private static Rest.Answer sendTwice(Deployment deployment, Rest publisher, String key, String body) {
        List<Rest.Answer> answers = deployment.all(Service.EVENTS).stream()
                .map(replica -> publisher.postAsync(replica.url("/api/events"), body, "Idempotency-Key", key))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
        assertThat(answers)
                .extracting(Rest.Answer::status)
                .as(answers::toString)
                .containsOnly(202);
        assertThat(answers.get(1).json()).isEqualTo(answers.get(0).json());
        return answers.getFirst();
    }

    private static void anotherRequestUnderAUsedKeyIsRefusedByTheOtherReplicaToo(
            Deployment deployment, Rest publisher, String channel) {
        String other = "{\"channel\":\"%s\",\"type\":\"one\",\"payload\":\"other\"}".formatted(channel);
        for (Replica replica : deployment.all(Service.EVENTS)) {
            Rest.Answer answer =
                    publisher.post(replica.url("/api/events"), Rest.JSON_TYPE, other, "Idempotency-Key", "one-0");
            assertThat(answer.status()).as(answer::toString).isEqualTo(422);
            assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        }
    }
}
