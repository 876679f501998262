package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Rooms do not end at a pod.
@Tag("calm")
final class ChatIT {

    private static final int MESSAGES = 50;

    private static Deployment deployment;

    @BeforeAll
    static void start() {
        deployment = Deployment.shared(4);
    }

    @AfterAll
    static void checkLogs() {
        deployment.assertNoLeaks();
    }

    @Test
    void roomsJoinedOnDifferentPodsSeeEachOthersMessagesInTheSameOrder() throws Exception {
        try (Socket anna = join("anna", 0, "den");
                Socket ben = join("ben", 1, "den");
                Socket carl = join("carl", 1, "den")) {
            List<Socket> everyone = List.of(anna, ben, carl);
            List<Callable<Void>> talks = new ArrayList<>();
            for (Socket speaker : everyone) {
                talks.add(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        speaker.send(chat("den", "n-" + i, "text " + i));
                    }
                    return null;
                });
            }
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Void> done : threads.invokeAll(talks)) {
                    done.get();
                }
            }

            int all = MESSAGES * everyone.size();
            for (Socket socket : everyone) {
                Patience.await("all messages")
                        .untilAsserted(() -> assertThat(socket.events()).hasSize(all));
                Patience.await("all acks")
                        .untilAsserted(() -> assertThat(socket.ofType("ack")).hasSize(MESSAGES));
            }
            assertThat(ben.events()).isEqualTo(anna.events());
            assertThat(carl.events()).isEqualTo(anna.events());
            for (String speaker : List.of("anna", "ben", "carl")) {
                assertThat(anna.events())
                        .filteredOn(
                                event -> event.payload().path("userId").asText().equals(speaker))
                        .extracting(event -> event.payload().path("id").asText())
                        .as("what one says stays in its order")
                        .containsExactlyElementsOf(java.util.stream.IntStream.range(0, MESSAGES)
                                .mapToObj(i -> "n-" + i)
                                .toList());
            }
        }
    }

    @Test
    void aMessageTellsWhoSaidItWhateverItClaims() {
        try (Socket anna = join("anna", 0, "hall");
                Socket ben = join("ben", 1, "hall")) {
            anna.send("""
                    {"type":"room-message","room":"hall","id":"m-1","payload":
                    {"type":"chat-message","text":"hi","userId":"ben","userName":"Ben"}}""");

            Patience.await("message").until(() -> !ben.ofType("chat-message").isEmpty());
            JsonNode frame = ben.ofType("chat-message").getFirst();
            assertThat(frame.path("room").asText()).isEqualTo("hall");
            assertThat(frame.path("payload").path("userId").asText()).isEqualTo("anna");
            assertThat(frame.path("payload").path("userName").asText()).isEqualTo("Name of anna");
            assertThat(frame.path("payload").path("text").asText()).isEqualTo("hi");
        }
    }

    @Test
    void aDirectMessageReachesAllConnectionsOfItsReceiverAndNobodyElse() {
        try (Socket anna = join("anna", 0, "yard");
                Socket ben = join("ben", 0, "yard");
                Socket alsoBen = join("ben", 1, "yard")) {
            anna.send("{\"type\":\"direct-message\",\"id\":\"d-1\",\"payload\":{\"to\":\"ben\",\"text\":\"psst\"}}");

            for (Socket socket : List.of(ben, alsoBen)) {
                Patience.await("message")
                        .until(() -> !socket.ofType("direct-message").isEmpty());
                assertThat(socket.ofType("direct-message")
                                .getFirst()
                                .at("/payload/from")
                                .asText())
                        .isEqualTo("anna");
            }
            // Behind it in the log: had there been one for the sender, it would have come before.
            anna.send(chat("yard", "m-2", "done"));
            Patience.await("message").until(() -> !anna.ofType("chat-message").isEmpty());
            Patience.await("ack").until(() -> anna.ofType("ack").size() == 2);
            assertThat(anna.ofType("direct-message")).isEmpty();
        }
    }

    private static Socket join(String user, int pod, String room) {
        Rest token = deployment.as(deployment.user(user).channels("room:*").claim("name", "Name of " + user));
        Socket socket = Socket.connect(deployment.push(pod).url("/ws"), deployment.ticket(token));
        socket.join(room);
        return socket;
    }

    private static String chat(String room, String id, String text) {
        return """
                {"type":"room-message","room":"%s","id":"%s","payload":{"type":"chat-message","text":"%s"}}""".formatted(room, id, text);
    }
}
