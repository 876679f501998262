package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.event.EventId;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// What Freshet is for: an event that somebody appended, in whichever way, reaches everyone who follows its channel.
@ParameterizedClass(name = "with {0} partition(s)")
@Tag("calm")
@ValueSource(ints = {1, 4})
final class MainJobIT {

    private static final String PAYLOAD = "{\"orderId\":7,\"total\":12.50,\"note\":\"süß \\\"😀\\\"\"}";
    private static final AtomicInteger TESTS = new AtomicInteger();

    /// Set by [#start], which NullAway does not know to run first.
    @SuppressWarnings("NullAway.Init")
    private static Deployment deployment;

    private final int partitions;
    private String channel = "";
    private Rest follower = new Rest("");
    private Rest publisher = new Rest("");

    MainJobIT(int partitions) {
        this.partitions = partitions;
    }

    @BeforeParameterizedClassInvocation
    static void start(int partitions) {
        deployment = Deployment.shared(partitions);
    }

    @AfterParameterizedClassInvocation
    static void checkLogs() {
        deployment.assertNoLeaks();
    }

    @BeforeEach
    void chooseChannel() {
        int number = TESTS.incrementAndGet();
        // The last partition: with four of them its ids carry a prefix.
        channel = deployment.log().channelIn(partitions - 1, "orders-" + number);
        follower = deployment.follower("follower-" + number);
        publisher = deployment.publisher();
    }

    @Test
    void anEventAppendedByRestArrivesEverywhereUnderTheIdThatRestAnswered() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            Rest.Answer answer = publish(event(channel, "order-completed", PAYLOAD));

            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            expect(
                    followers,
                    "order-completed",
                    PAYLOAD,
                    answer.json().path("id").textValue());
        }
    }

    @Test
    void theEventsOfABatchArriveInItsOrder() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            Rest.Answer answer = publish("[%s,%s,%s]"
                    .formatted(event(channel, "a", "1"), event(channel, "b", "null"), event(channel, "c", "[2]")));

            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            List<String> ids = answer.json().path("results").findValuesAsText("id");
            followers.await(3, (name, events) -> {
                assertThat(events).as(name).extracting(Recorder.Received::id).isEqualTo(ids);
                assertThat(events).as(name).extracting(Recorder.Received::type).containsExactly("a", "b", "c");
            });
        }
    }

    @Test
    void oneEventForSeveralChannelsArrivesOnEachUnderTheIdOfThatChannel() {
        String other = deployment.log().channelIn(0, "others-" + TESTS.get());
        try (Followers followers = Followers.open(deployment, follower, channel);
                Followers others = Followers.open(deployment, deployment.follower("other-" + TESTS.get()), other)) {
            Rest.Answer answer = publish("{\"channels\":[\"%s\",\"%s\"],\"type\":\"order-update\",\"payload\":%s}"
                    .formatted(channel, other, PAYLOAD));

            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            JsonNode ids = answer.json().path("ids");
            expect(followers, "order-update", PAYLOAD, ids.path(channel).textValue());
            expect(others, "order-update", PAYLOAD, ids.path(other).textValue());
        }
    }

    @Test
    void anEntryOfRedisCliArrives() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            String id = deployment.log().add(channel, "order-completed", PAYLOAD);

            expect(followers, "order-completed", PAYLOAD, id);
        }
    }

    @Test
    void aCloudEventArrives() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            Rest.Answer answer = publisher.post(
                    deployment.url("/api/events"), "application/cloudevents+json", """
                    {"specversion":"1.0","id":"c-1","source":"/shop","type":"order.completed","subject":"%s","data":%s}
                    """.formatted(channel, PAYLOAD));

            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            expect(
                    followers,
                    "order.completed",
                    PAYLOAD,
                    answer.json().path("id").textValue());
        }
    }

    @Test
    void aCloudEventInHeadersArrives() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            String headers =
                    "ce-specversion 1.0 ce-id c-2 ce-source /shop ce-type order.completed ce-subject " + channel;
            Rest.Answer answer =
                    publisher.post(deployment.url("/api/events"), Rest.JSON_TYPE, PAYLOAD, headers.split(" "));

            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            expect(
                    followers,
                    "order.completed",
                    PAYLOAD,
                    answer.json().path("id").textValue());
        }
    }

    @Test
    void anEventByAChannelsOwnPathArrives() {
        String user = "reader-" + TESTS.get();
        UnaryOperator<String> append = path -> {
            Rest.Answer answer = publisher.post(
                    deployment.url(path), "{\"type\":\"order-update\",\"payload\":%s}".formatted(PAYLOAD));
            assertThat(answer.status()).as(answer::toString).isEqualTo(202);
            return answer.json().path("id").textValue();
        };
        try (Followers broadcast = Followers.open(deployment, follower, channel);
                EventStream own = EventStream.open(deployment.url("/api/events/me"), deployment.follower(user));
                EventStream room = EventStream.open(
                        deployment.url("/api/rooms/lobby/events?presence=false"),
                        deployment.follower(user, "room:*"))) {
            String id = append.apply("/api/broadcasts/" + channel.substring("broadcast:".length()) + "/events");
            expect(broadcast, "order-update", PAYLOAD, id);
            expect(own, "order-update", PAYLOAD, append.apply("/api/users/" + user + "/events"));
            expect(room, "order-update", PAYLOAD, append.apply("/api/rooms/lobby/events"));
        }
    }

    @Test
    void whoIsExcludedReceivesOnlyTheOthers() {
        try (Followers followers = Followers.open(deployment, follower, channel)) {
            publish("{\"channel\":\"%s\",\"type\":\"secret\",\"payload\":1,\"exclude\":\"follower-%d\"}"
                    .formatted(channel, TESTS.get()));
            Rest.Answer answer = publish(event(channel, "public", "2"));

            expect(followers, "public", "2", answer.json().path("id").textValue());
        }
    }

    private Rest.Answer publish(String json) {
        return publisher.post(deployment.url("/api/events"), json);
    }

    private static String event(String channel, String type, String payload) {
        return "{\"channel\":\"%s\",\"type\":\"%s\",\"payload\":%s}".formatted(channel, type, payload);
    }

    private static void expect(Followers followers, String type, String payload, String id) {
        EventId.parse(id);
        Recorder.Received expected = new Recorder.Received(id, type, Rest.parse(payload));
        followers.await(1, (name, events) -> assertThat(events).as(name).containsExactly(expected));
    }

    private static void expect(EventStream stream, String type, String payload, String id) {
        Patience.await(type)
                .untilAsserted(() -> assertThat(stream.events())
                        .containsExactly(new Recorder.Received(id, type, Rest.parse(payload))));
    }
}
