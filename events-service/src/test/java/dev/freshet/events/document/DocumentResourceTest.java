package dev.freshet.events.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `PATCH /api/documents/{id}/content` and `POST /api/documents/{id}/cursor`.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class DocumentResourceTest {

    RedisServer redis;
    Tokens tokens;
    Service service;
    String id;

    @BeforeEach
    void freshDocument() {
        service = new Service(redis, tokens);
        id = UUID.randomUUID().toString();
    }

    @Test
    void patchContentAnswersContentAndVersionAndTellsFollowers() {
        Response first = edit("{ \"content\" : { \"a\": 1.0 } }");
        first.then().statusCode(200).header("ETag", "\"1\"").contentType("application/json");
        assertThat(first.asString()).isEqualTo("{\"content\":{\"a\":1.0},\"version\":1}");
        assertThat(service.newest())
                .containsSubsequence(
                        "document:" + id,
                        "content-update",
                        "{\"content\":{\"a\":1.0},\"version\":1,\"userId\":\"ada\"}",
                        "actor",
                        "ada");
        assertThat(edit("{\"content\":null}").asString()).isEqualTo("{\"content\":null,\"version\":2}");
        assertThat(redis.cli("HMGET", "document:{0}:" + id, "content", "version")
                        .lines())
                .containsExactly("null", "2");
        assertThat(redis.cli("TTL", "document:{0}:" + id)).isEqualTo("-1");
    }

    @Test
    void ifMatchLetsOnlyTheVersionItNamesBeEdited() {
        when("If-Match", "*").then().statusCode(412).header("ETag", "\"0\"");
        when("If-Match", "\"0\"").then().statusCode(200).header("ETag", "\"1\"");
        int before = service.entries(0);
        for (String stale : List.of("\"0\"", "\"2\"", "W/\"1\"", "\"01\"", "\"x\"", "")) {
            when("If-Match", stale)
                    .then()
                    .statusCode(412)
                    .header("ETag", "\"1\"")
                    .contentType("application/problem+json")
                    .body("type", equalTo("https://freshet.dev/problems/precondition-failed"));
        }
        when("If-None-Match", "*").then().statusCode(412);
        when("If-None-Match", "W/\"1\"").then().statusCode(412);
        assertThat(service.entries(0)).isEqualTo(before);
        when("If-Match", "\"7\", \"1\"").then().statusCode(200).header("ETag", "\"2\"");
        when("If-Match", "*").then().statusCode(200).header("ETag", "\"3\"");
    }

    @Test
    void aRepeatedEditGetsTheFirstAnswerWhateverStandsNow() {
        String body = "{\"content\":\"mine\"}";
        Response first = ada().header("Idempotency-Key", id)
                .header("If-Match", "\"0\"")
                .body(body)
                .patch(path("content"));
        first.then().statusCode(200);
        edit("{\"content\":\"other\"}");
        int before = service.entries(0);
        Response again = ada().header("Idempotency-Key", id)
                .header("If-Match", "\"0\"")
                .body(body)
                .patch(path("content"));
        again.then().statusCode(200).header("ETag", "\"1\"");
        assertThat(again.asString()).isEqualTo(first.asString());
        ada().header("Idempotency-Key", id)
                .body(body)
                .patch(path("content"))
                .then()
                .statusCode(422);
        ada().header("Idempotency-Key", id)
                .header("If-Match", "\"0\"")
                .body("{\"content\":1}")
                .patch(path("content"))
                .then()
                .statusCode(422)
                .body("type", equalTo("https://freshet.dev/problems/idempotency-conflict"));
        assertThat(service.entries(0)).isEqualTo(before);
    }

    @Test
    void whoMayFollowOrPublishMayEditAndNobodyElse() {
        as(tokens.user("bob").publish("document:*"))
                .body("{\"content\":1}")
                .patch(path("content"))
                .then()
                .statusCode(200);
        as(tokens.user("eve").channels("document:other", "room:*"))
                .body("{\"content\":1}")
                .patch(path("content"))
                .then()
                .statusCode(403)
                .body("type", equalTo("https://freshet.dev/problems/forbidden-channel"));
    }

    @Test
    void postCursorAnswersNothingAndTellsFollowers() {
        Response answer = ada().body("{\"line\":3,\"column\":14.0}").post(path("cursor"));
        answer.then().statusCode(204);
        assertThat(answer.asString()).isEmpty();
        assertThat(service.newest())
                .containsSubsequence(
                        "document:" + id,
                        "cursor-move",
                        "{\"userId\":\"ada\",\"line\":3,\"column\":14}",
                        "actor",
                        "ada",
                        "ephemeral",
                        "1");
        as(tokens.user("bob").publish("document:*"))
                .body("{\"line\":3,\"column\":14}")
                .post(path("cursor"))
                .then()
                .statusCode(403);
    }

    @Test
    void ofABurstOfPositionsTheLastIsToldAndNotAll() {
        int before = service.entries(0);
        long begin = System.nanoTime();
        int moves = 200;
        for (int line = 1; line <= moves; line++) {
            ada().body("{\"line\":" + line + ",\"column\":0}")
                    .post(path("cursor"))
                    .then()
                    .statusCode(204);
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> service.newest().contains("\"line\":" + moves + ","));
        long pauses = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 50;
        assertThat(service.entries(0) - before).isBetween(2, (int) Math.min(pauses + 2, moves));
    }

    @Test
    void theServiceDescribesBothCalls() {
        Service.anonymous()
                .header("Accept", "application/json")
                .get("/q/openapi")
                .then()
                .body(
                        "paths.'/api/documents/{id}/content'.patch.responses.keySet()",
                        hasItems("200", "400", "403", "412", "413", "422", "503"))
                .body("paths.'/api/documents/{id}/cursor'.post.responses.keySet()", hasItems("204", "403", "503"));
    }

    private Response edit(String body) {
        return ada().body(body).patch(path("content"));
    }

    private Response when(String header, String value) {
        return ada().header(header, value).body("{\"content\":\"x\"}").patch(path("content"));
    }

    private RequestSpecification ada() {
        return as(tokens.user("ada").channels("document:" + id));
    }

    private static RequestSpecification as(Tokens.Builder user) {
        return Service.with(user.sign()).contentType("application/json");
    }

    private String path(String what) {
        return "/api/documents/" + id + "/" + what;
    }
}
