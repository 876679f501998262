package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;

import dev.freshet.contract.event.EventId;
import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class PublishTest {

    private static final String ID = "[0-9]+-[0-9]+~[A-Za-z0-9]{4,16}";

    RedisServer redis;
    Tokens tokens;
    Service service;

    @BeforeEach
    void service() {
        service = new Service(redis, tokens);
    }

    @Test
    void oneEventIsAppendedAsItWasSentWithItsActor() {
        String id = service.json(
                        "{\"channel\":\"user:42\",\"type\":\"order-completed\",\"payload\":{ \"orderId\" : 7.00 , \"x\":\"ä \" }}")
                .post("/api/events")
                .then()
                .statusCode(202)
                .header("Content-Type", "application/json")
                .body("id", matchesPattern(ID))
                .extract()
                .path("id");

        assertThat(service.newest().lines())
                .containsExactly(
                        EventId.parse(id).position().toString(),
                        "channel",
                        "user:42",
                        "type",
                        "order-completed",
                        "payload",
                        "{\"orderId\":7.00,\"x\":\"ä \"}",
                        "actor",
                        "shop");
    }

    @Test
    void ephemeralExcludeAndTheTraceAreKept() {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        service.json("{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":null,\"ephemeral\":true,\"exclude\":\"ada\"}")
                .header("traceparent", trace)
                .post("/api/events")
                .then()
                .statusCode(202);

        assertThat(service.newest().lines().skip(6))
                .containsExactly("null", "actor", "shop", "ephemeral", "1", "exclude", "ada", "traceparent", trace);
    }

    @Test
    void severalChannelsGetOneIdEach() {
        int before = service.entries(0);
        service.json("{\"channels\":[\"user:42\",\"broadcast:orders\"],\"type\":\"t\",\"payload\":1}")
                .post("/api/events")
                .then()
                .statusCode(202)
                .body("ids.'user:42'", matchesPattern(ID))
                .body("ids.'broadcast:orders'", matchesPattern(ID));
        assertThat(service.entries(0)).isEqualTo(before + 2);
    }

    @Test
    void aBatchIsAppendedInOrderAndTellsTheFateOfEachElement() {
        int before = service.entries(0);
        service.json("[{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1},"
                        + "{\"channel\":\"user:1\",\"type\":\"t\",\"payload\":2},"
                        + "{\"channel\":\"user:42\",\"type\":\"a\\nb\",\"payload\":3},"
                        + "17,"
                        + "{\"channels\":[\"user:42\",\"user:43\"],\"type\":\"t\",\"payload\":5},"
                        + "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":6}]")
                .post("/api/events")
                .then()
                .statusCode(202)
                .body("results", hasSize(6))
                .body("results[0].id", matchesPattern(ID))
                .body("results[1].problem.status", equalTo(403))
                .body("results[1].problem.detail", matchesPattern(".*user:1;.*"))
                .body("results[2].problem.status", equalTo(400))
                .body("results[2].problem.errors[0].field", equalTo("type"))
                .body("results[3].problem.errors[0].field", equalTo("body"))
                .body("results[4].ids.'user:43'", matchesPattern(ID))
                .body("results[5].id", matchesPattern(ID));
        assertThat(service.entries(0)).isEqualTo(before + 4);
        assertThat(redis.cli("XREVRANGE", "events:{0}", "+", "-", "COUNT", "4")
                        .lines()
                        .filter(line -> line.matches("[0-9]")))
                .containsExactly("6", "5", "5", "1");
    }

    @Test
    void fiveHundredElementsAreABatch() {
        String batch = IntStream.range(0, 500)
                .mapToObj(i -> "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":" + i + "}")
                .collect(Collectors.joining(",", "[", "]"));
        service.json(batch).post("/api/events").then().statusCode(202).body("results", hasSize(500));
    }

    @Test
    void aBatchWithoutAnAcceptedElementIsAProblemWithTheResults() {
        int before = service.entries(0);
        service.json("[{\"channel\":\"user:1\",\"type\":\"t\",\"payload\":1},{\"type\":\"init\"}]")
                .post("/api/events")
                .then()
                .statusCode(400)
                .header("Content-Type", "application/problem+json")
                .body("status", equalTo(400))
                .body("instance", equalTo("/api/events"))
                .body("results[0].problem.status", equalTo(403))
                .body("results[1].problem.errors.field", equalTo(java.util.List.of("type", "channel", "payload")));
        assertThat(service.entries(0)).isEqualTo(before);
    }

    @Test
    void shortcutsNameTheChannelInThePath() {
        String body = "{\"type\":\"t\",\"payload\":{\"a\":1},\"exclude\":\"ada\",\"channel\":\"ignored\"}";
        service.json(body).post("/api/users/42/events").then().statusCode(202).body("id", matchesPattern(ID));
        assertThat(service.newest()).contains("user:42").contains("ada");
        service.json(body).post("/api/broadcasts/news/events").then().statusCode(202);
        assertThat(service.newest()).contains("broadcast:news");
        service.json(body).post("/api/rooms/team-a/events").then().statusCode(202);
        assertThat(service.newest()).contains("room:team-a");
    }

    @Test
    void meIsTheCallerWhoStillNeedsTheGrant() {
        String body = "{\"type\":\"t\",\"payload\":1}";
        service.json(body).post("/api/users/me/events").then().statusCode(403);
        Service.with(tokens.user("42").publish("user:42").sign())
                .contentType("application/json")
                .body(body)
                .post("/api/users/me/events")
                .then()
                .statusCode(202);
        assertThat(service.newest()).contains("user:42");
    }

    @Test
    void whoMayFollowARoomMaySendToIt() {
        Service.with(tokens.user("ada").channels("room:board").sign())
                .contentType("application/json")
                .body("{\"type\":\"t\",\"payload\":1}")
                .post("/api/rooms/board/events")
                .then()
                .statusCode(202);
    }

    @Test
    void unknownFieldsAreIgnoredWhateverTheyHold() {
        service.json(
                        "{\"x\":{\"payload\":[1,{}]},\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1,\"x\":[],\"id\":9}")
                .post("/api/events")
                .then()
                .statusCode(202);
    }

    @Test
    void theCallsAreDescribed() {
        Service.anonymous()
                .accept("application/json")
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("info.title", equalTo("Freshet events-service"))
                .body(
                        "paths.'/api/events'.post.responses.keySet()",
                        org.hamcrest.Matchers.hasItems("202", "400", "401", "403", "413", "415", "422", "429", "503"))
                .body(
                        "paths.'/api/rooms/{room}/events'.post.responses.keySet()",
                        org.hamcrest.Matchers.hasItems("202", "503"));
    }
}
