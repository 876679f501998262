package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class IdempotencyTest {

    private static final String ONE = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";
    private static final String BATCH = "[" + ONE + ",{\"channel\":\"user:1\",\"type\":\"t\",\"payload\":2},"
            + "{\"channels\":[\"user:42\",\"user:43\"],\"type\":\"t\",\"payload\":3}]";

    RedisServer redis;
    Tokens tokens;
    Service service;
    String key;

    @BeforeEach
    void freshKey() {
        service = new Service(redis, tokens);
        key = UUID.randomUUID().toString();
    }

    @Test
    void aRepeatedRequestGetsTheFirstAnswerAndAppendsNothing() {
        for (String body :
                List.of(ONE, BATCH, "{\"channels\":[\"user:42\",\"user:43\"],\"type\":\"t\",\"payload\":1}")) {
            freshKey();
            String first = publish("/api/events", body, 202);
            int entries = service.entries(0);
            assertThat(publish("/api/events", body, 202)).isEqualTo(first);
            assertThat(service.entries(0)).isEqualTo(entries);
        }
    }

    @Test
    void shortcutsHonourTheKeyToo() {
        String first = publish("/api/users/42/events", ONE, 202);
        int entries = service.entries(0);
        assertThat(publish("/api/users/42/events", ONE, 202)).isEqualTo(first);
        assertThat(service.entries(0)).isEqualTo(entries);
    }

    @Test
    void theSameKeyWithAnotherBodyOrPathIsAConflict() {
        publish("/api/events", ONE, 202);
        int entries = service.entries(0);
        assertThat(publish("/api/events", ONE + " ", 422)).contains("problems/idempotency-conflict");
        assertThat(publish("/api/events", BATCH, 422)).contains("problems/idempotency-conflict");
        assertThat(publish("/api/users/42/events", ONE, 422)).contains("problems/idempotency-conflict");
        assertThat(service.entries(0)).isEqualTo(entries);
    }

    @Test
    void aRefusedRequestDoesNotUseUpItsKey() {
        publish("/api/users/7/events", ONE, 403);
        publish("/api/events", "[]", 400);
        publish("/api/events", ONE, 202);
    }

    @Test
    void anotherSubjectsEqualKeyIsAnotherKey() {
        String first = publish("/api/events", ONE, 202);
        String other = Service.with(tokens.user("other").publish("user:42").sign())
                .contentType("application/json")
                .header("Idempotency-Key", key)
                .body(ONE)
                .post("/api/events")
                .then()
                .statusCode(202)
                .extract()
                .asString();
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void theKeyIsForgottenAfterTenMinutes() {
        publish("/api/events", ONE, 202);
        String name = redis.cli("KEYS", "idempotency:*").lines().findFirst().orElseThrow();
        assertThat(Integer.parseInt(redis.cli("TTL", name))).isBetween(1, 600);
    }

    @Test
    void concurrentRequestsAppendOnce() throws Exception {
        int entries = service.entries(0);
        Set<String> answers = new HashSet<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
            List<Callable<String>> calls = IntStream.range(0, 48)
                    .<Callable<String>>mapToObj(i -> () -> publish("/api/events", ONE, 202))
                    .toList();
            for (Future<String> answer : clients.invokeAll(calls)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).hasSize(1);
        assertThat(service.entries(0)).isEqualTo(entries + 1);
    }

    private String publish(String path, String body, int status) {
        return service.json(body)
                .header("Idempotency-Key", key)
                .post(path)
                .then()
                .statusCode(status)
                .extract()
                .asString();
    }
}
