package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// Redis full, too few replicas, Redis away; and `freshet.documents.edit=publishers`.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(DocumentOutageTest.Strict.class)
@WithTestResource(FreshetResource.class)
class DocumentOutageTest {

    public static final class Strict implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "freshet.publish.wait-replicas", "1",
                    "freshet.publish.wait-timeout", "300MS",
                    "freshet.documents.edit", "publishers",
                    "freshet.documents.retention", "48H");
        }
    }

    RedisServer redis;
    Tokens tokens;

    @Test
    void whatRedisCannotTakeIsA503AndARetryIsSafe() {
        follower()
                .body("{\"content\":1}")
                .patch("/api/documents/d/content")
                .then()
                .statusCode(403);

        unavailable(edit());
        try (RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> edit().statusCode() == 200);
            edit().then().header("ETag", "\"1\"");
            for (Response answer : List.of(edit(), move())) {
                answer.then().statusCode(answer.asString().isEmpty() ? 204 : 200);
            }
            assertThat(Long.parseLong(redis.cli("TTL", "document:{0}:d"))).isBetween(1L, 172_800L);

            redis.cli("CONFIG", "SET", "maxmemory", "1");
            try {
                unavailable(publisher().body("{\"content\":2}").patch("/api/documents/d/content"));
                unavailable(move());
            } finally {
                redis.cli("CONFIG", "SET", "maxmemory", "0");
            }
        }

        redis.kill();
        try {
            unavailable(edit());
            unavailable(move());
        } finally {
            redis.restart();
        }
    }

    private Response edit() {
        return publisher()
                .header("Idempotency-Key", "outage")
                .body("{\"content\":1}")
                .patch("/api/documents/d/content");
    }

    private Response move() {
        return follower().body("{\"line\":1,\"column\":1}").post("/api/documents/d/cursor");
    }

    private RequestSpecification publisher() {
        return Service.with(tokens.user("bob").publish("document:*").sign()).contentType("application/json");
    }

    private RequestSpecification follower() {
        return Service.with(tokens.user("ada").channels("document:*").sign()).contentType("application/json");
    }

    private static void unavailable(Response answer) {
        answer.then()
                .statusCode(503)
                .header("Retry-After", "1")
                .body("type", equalTo("https://freshet.dev/problems/unavailable"));
    }
}
