package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// One user, and the channels of others, by every command there is.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class GrantsHardeningTest {

    private static final List<String> FORBIDDEN =
            List.of("user:bob", "room:secret", "document:secret", "broadcast:news", "room:mine2", "user:eve");

    RedisServer redis;
    Tokens tokens;

    /// Stops a user from publishing where the token does not let him, in any form in which an event can be sent:
    /// a right to follow broadcasts, or oneself, is none to publish there.
    @Test
    void noFormOfAnEventReachesAForbiddenChannel() {
        for (String channel : FORBIDDEN) {
            refused(json("{\"channel\":\"" + channel + "\",\"type\":\"t\",\"payload\":1}")
                    .post("/api/events"));
            refused(json("{\"channels\":[\"room:mine\",\"" + channel + "\"],\"type\":\"t\",\"payload\":1}")
                    .post("/api/events"));
            refused(json("[{\"channel\":\"" + channel + "\",\"type\":\"t\",\"payload\":1}]")
                    .post("/api/events"));
            String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/x\",\"type\":\"t\",\"subject\":\""
                    + channel + "\",\"data\":1}";
            refused(eve().contentType("application/cloudevents+json")
                    .body(event)
                    .post("/api/events"));
            refused(eve().contentType("application/cloudevents-batch+json")
                    .body("[" + event + "]")
                    .post("/api/events"));
            refused(json("1")
                    .header("ce-specversion", "1.0")
                    .header("ce-id", "1")
                    .header("ce-source", "/x")
                    .header("ce-type", "t")
                    .header("ce-subject", channel)
                    .post("/api/events"));
        }
    }

    /// Stops the same by the paths that name a channel, whatever the body says of it.
    @Test
    void noPathReachesAForbiddenChannel() {
        String event = "{\"channel\":\"room:mine\",\"type\":\"t\",\"payload\":1}";
        for (String path : List.of("/api/users/bob", "/api/rooms/secret", "/api/broadcasts/news", "/api/users/eve")) {
            refused(json(event).post(path + "/events"));
        }
        refused(json("{\"content\":1}").patch("/api/documents/secret/content"));
        refused(json("{\"line\":1,\"column\":1}").post("/api/documents/secret/cursor"));
    }

    /// Stops one good element of a batch from taking forbidden ones along.
    @Test
    void ofABatchOnlyTheGrantedElementsAreAppended() {
        String before = redis.cli("XLEN", "events:{0}");
        Response answer = json("[{\"channel\":\"room:secret\",\"type\":\"t\",\"payload\":1},"
                        + "{\"channel\":\"room:mine\",\"type\":\"t\",\"payload\":1},"
                        + "{\"channels\":[\"room:mine\",\"user:bob\"],\"type\":\"t\",\"payload\":1}]")
                .post("/api/events");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.jsonPath().getInt("results[0].problem.status")).isEqualTo(403);
        assertThat(answer.jsonPath().getString("results[1].id")).isNotEmpty();
        assertThat(answer.jsonPath().getInt("results[2].problem.status")).isEqualTo(403);
        assertThat(Long.parseLong(redis.cli("XLEN", "events:{0}"))).isEqualTo(Long.parseLong(before) + 1);
    }

    private void refused(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isIn(400, 403);
        assertThat(answer.asString()).contains("/forbidden-channel");
        String log = redis.cli("XRANGE", "events:{0}", "-", "+");
        assertThat(log).doesNotContain("\nroom:secret\n", "\nuser:bob\n", "\ndocument:secret\n", "\nroom:mine2\n");
    }

    private RequestSpecification json(String body) {
        return eve().contentType("application/json").body(body);
    }

    private RequestSpecification eve() {
        return Service.with(tokens.user("eve").channels("room:mine").sign());
    }
}
