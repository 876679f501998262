package dev.freshet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two editors of one document at two replicas, followed at every push replica.
@Tag("calm")
final class DocumentIT {

    private static final int EDITS = 60;
    private static final int MOVES = 40;

    @ParameterizedTest(name = "with {0} partition(s)")
    @ValueSource(ints = {1, 4})
    void editorsWithIfMatchNeverLoseAnUpdate(int partitions) throws Exception {
        Deployment deployment = Deployment.shared(partitions);
        String id = "counted-" + partitions;
        List<EventStream> streams = follow(deployment, id);

        // Each adds its numbers to the list that it read: one that is overwritten is missing from the last content.
        together(editor -> {
            Rest rest = editorOf(deployment, editor);
            for (int i = 0; i < EDITS; i++) {
                String own = editor + "-" + i;
                Rest.Answer answer;
                do {
                    Rest.Answer read = rest.get(deployment.push(editor).url("/api/documents/" + id));
                    assertThat(read.status()).as(read::toString).isEqualTo(200);
                    List<String> content = texts(read.json().path("content"));
                    content.add(own);
                    answer = patch(
                            rest,
                            deployment,
                            editor,
                            id,
                            "[\"" + String.join("\",\"", content) + "\"]",
                            "If-Match",
                            read.header("ETag"));
                    assertThat(answer.status()).as(answer::toString).isIn(200, 412);
                    assertThat(answer.header("ETag")).isNotEmpty();
                } while (answer.status() == 412);
            }
        });

        JsonNode last = editorOf(deployment, 0)
                .get(deployment.url("/api/documents/" + id))
                .json();
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < EDITS; i++) {
            expected.addAll(List.of("0-" + i, "1-" + i));
        }
        assertThat(texts(last.path("content"))).hasSize(2 * EDITS).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(last.path("version").longValue()).isEqualTo(2 * EDITS);
        assertVersions(streams, 2 * EDITS, last.path("content"));
        deployment.assertNoLeaks();
    }

    @ParameterizedTest(name = "with {0} partition(s)")
    @ValueSource(ints = {1, 4})
    void withoutIfMatchTheLastWinsAndEveryVersionIsSeenInOrder(int partitions) throws Exception {
        Deployment deployment = Deployment.shared(partitions);
        String id = "hammered-" + partitions;
        List<EventStream> streams = follow(deployment, id);

        together(editor -> {
            Rest rest = editorOf(deployment, editor);
            long previous = 0;
            for (int i = 0; i < EDITS; i++) {
                Rest.Answer answer = patch(rest, deployment, editor, id, "\"" + editor + "-" + i + "\"");
                assertThat(answer.status()).as(answer::toString).isEqualTo(200);
                long version = answer.json().path("version").longValue();
                assertThat(version).isGreaterThan(previous);
                previous = version;
            }
        });

        JsonNode last = editorOf(deployment, 0)
                .get(deployment.url("/api/documents/" + id))
                .json();
        assertVersions(streams, 2 * EDITS, last.path("content"));
    }

    @ParameterizedTest(name = "with {0} partition(s)")
    @ValueSource(ints = {1, 4})
    void ofACursorMovedAtTwoReplicasTheLastPositionArrives(int partitions) {
        Deployment deployment = Deployment.shared(partitions);
        String id = "pointed-" + partitions;
        List<EventStream> streams = follow(deployment, id);
        Rest ada = editorOf(deployment, 0);
        for (int i = 1; i <= MOVES; i++) {
            Rest.Answer answer = ada.post(
                    deployment.events(i % 2).url("/api/documents/" + id + "/cursor"),
                    "{\"line\":" + i + ",\"column\":0}");
            assertThat(answer.status()).as(answer::toString).isEqualTo(204);
        }
        for (EventStream stream : streams) {
            Patience.await("the last position").until(() -> lines(stream).contains(MOVES));
            assertThat(lines(stream)).isSorted().doesNotHaveDuplicates().endsWith(MOVES);
            stream.close();
        }
    }

    private static List<EventStream> follow(Deployment deployment, String id) {
        Rest follower = deployment.follower("reader", "document:" + id);
        List<EventStream> streams = deployment.all(Service.PUSH).stream()
                .map(push -> EventStream.open(push.url("/api/documents/" + id + "/events"), follower))
                .toList();
        streams.forEach(stream ->
                Patience.await("init").until(() -> !stream.ofType("init").isEmpty()));
        return streams;
    }

    /// Every version from the first on, once and in order, and the last with this content.
    private static void assertVersions(List<EventStream> streams, int count, JsonNode content) {
        for (EventStream stream : streams) {
            Patience.await("all versions")
                    .until(() -> stream.ofType("content-update").size() >= count);
            List<JsonNode> updates = stream.ofType("content-update");
            assertThat(updates)
                    .extracting(update -> update.path("version").intValue())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, count).boxed().toList());
            assertThat(updates.getLast().path("content")).isEqualTo(content);
            stream.close();
        }
    }

    @FunctionalInterface
    private interface Editing {
        void by(int editor);
    }

    private static void together(Editing editing) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> editors = new ArrayList<>();
            for (int editor = 0; editor < 2; editor++) {
                int number = editor;
                editors.add(() -> {
                    editing.by(number);
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(editors)) {
                done.get();
            }
        }
    }

    private static Rest editorOf(Deployment deployment, int number) {
        return deployment.follower("editor-" + number, "document:*");
    }

    private static Rest.Answer patch(
            Rest rest, Deployment deployment, int replica, String id, String content, String... headers) {
        return rest.patch(
                deployment.events(replica).url("/api/documents/" + id + "/content"),
                "{\"content\":" + content + "}",
                headers);
    }

    private static List<Integer> lines(EventStream stream) {
        return stream.ofType("cursor-move").stream()
                .map(move -> move.path("line").intValue())
                .toList();
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.textValue()));
        return texts;
    }
}
