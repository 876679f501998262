package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Everyone sees the same order, which is the log's.
@Tag("calm")
final class OrderIT {

    private static final int BATCH = 20;
    private static final int BATCHES = 20;
    private static final int REST_PRODUCERS = 4;
    private static final int XADD_EVENTS = 400;
    private static final int EVENTS = REST_PRODUCERS * BATCHES * BATCH + XADD_EVENTS;
    private static final String TYPE = "numbered";

    @ParameterizedTest(name = "with {0} partition(s)")
    @ValueSource(ints = {1, 4})
    void everySubscriberReceivesTwoThousandMixedEventsInTheOrderOfTheLogNoneMissingNoneTwice(int partitions)
            throws Exception {
        Deployment deployment = Deployment.shared(partitions);
        // Two of each partition, so that streams are merged and channels of one partition are interleaved.
        List<String> channels = IntStream.range(0, 2 * partitions)
                .mapToObj(i -> deployment.log().channelIn(i / 2, "mixed-" + i))
                .toList();
        Rest follower = deployment.follower("mixed-follower");
        try (Followers followers = Followers.open(deployment, follower, channels.toArray(String[]::new))) {
            publish(deployment, channels);

            List<List<Integer>> logged = IntStream.range(0, partitions)
                    .mapToObj(partition -> numbersOf(deployment.log().entries(partition)))
                    .toList();
            assertThat(logged.stream().mapToInt(List::size).sum()).isEqualTo(EVENTS);
            followers.await(EVENTS, (name, events) -> {
                // Which partition an event came from is known by its number.
                var received = events.stream()
                        .map(event -> event.payload().path("n").intValue())
                        .collect(Collectors.groupingBy(n -> n % channels.size() / 2));
                for (int partition = 0; partition < partitions; partition++) {
                    assertThat(received.get(partition))
                            .as(name + ", partition " + partition)
                            .isEqualTo(logged.get(partition));
                }
            });
        }
        deployment.assertNoLeaks();
    }

    private static void publish(Deployment deployment, List<String> channels) throws Exception {
        AtomicInteger next = new AtomicInteger();
        Rest publisher = deployment.publisher();
        List<Callable<Void>> producers = new ArrayList<>();
        for (int producer = 0; producer < REST_PRODUCERS; producer++) {
            String url = deployment.events(producer % 2).url("/api/events");
            producers.add(() -> {
                for (int batch = 0; batch < BATCHES; batch++) {
                    String body = IntStream.range(0, BATCH)
                            .map(i -> next.getAndIncrement())
                            .mapToObj(n -> "{\"channel\":\"%s\",\"type\":\"%s\",\"payload\":%s}"
                                    .formatted(channels.get(n % channels.size()), TYPE, payload(n)))
                            .collect(Collectors.joining(",", "[", "]"));
                    Rest.Answer answer = publisher.post(url, body);
                    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
                    assertThat(answer.json().findValuesAsText("id")).hasSize(BATCH);
                }
                return null;
            });
        }
        producers.add(() -> {
            List<Integer> numbers = IntStream.range(0, XADD_EVENTS)
                    .map(i -> next.getAndIncrement())
                    .boxed()
                    .toList();
            deployment
                    .log()
                    .addAll(
                            numbers.stream()
                                    .map(n -> channels.get(n % channels.size()))
                                    .toList(),
                            TYPE,
                            numbers.stream().map(OrderIT::payload).toList());
            return null;
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> done : threads.invokeAll(producers)) {
                done.get();
            }
        }
    }

    private static String payload(int n) {
        return "{\"n\":" + n + "}";
    }

    /// Presence and the like are not numbered.
    private static List<Integer> numbersOf(List<Log.Stored> entries) {
        return entries.stream()
                .filter(entry -> entry.field("type").equals(TYPE))
                .map(entry -> entry.payload().path("n").intValue())
                .toList();
    }
}
