package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class CloudEventTest {

    private static final String ATTRIBUTES = "\"specversion\":\"1.0\",\"id\":\"a-1\",\"source\":\"/shop\","
            + "\"type\":\"order-completed\",\"subject\":\"user:42\"";
    private static final String ONE = "{" + ATTRIBUTES + ",\"time\":\"2026-01-01T00:00:00Z\","
            + "\"datacontenttype\":\"application/json\",\"data\":{\"total\": 19.50}}";

    RedisServer redis;
    Tokens tokens;
    Service service;
    int before;

    @BeforeEach
    void count() {
        service = new Service(redis, tokens);
        before = service.entries(0);
    }

    @Test
    void aStructuredEventIsPublishedWithItsDataAsSent() {
        structured(ONE).statusCode(202).body("id", notNullValue());
        assertThat(service.newest().lines().skip(1))
                .containsExactly(
                        "channel",
                        "user:42",
                        "type",
                        "order-completed",
                        "payload",
                        "{\"total\":19.50}",
                        "actor",
                        "shop");
    }

    @Test
    void extensionsAreHonoured() {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        structured("{" + ATTRIBUTES + ",\"data\":1,\"ephemeral\":true,\"exclude\":\"ada\",\"traceparent\":\"" + trace
                        + "\",\"other\":{}}")
                .statusCode(202);
        assertThat(service.newest().lines().skip(9))
                .containsExactly("ephemeral", "1", "exclude", "ada", "traceparent", trace);
    }

    @Test
    void aBatchTellsTheFateOfEachEvent() {
        service.publisher()
                .contentType("application/cloudevents-batch+json")
                .body("[" + ONE + "," + ONE.replace("user:42", "user:7") + "," + ONE.replace("1.0", "0.3") + "]")
                .post("/api/events")
                .then()
                .statusCode(202)
                .body("results", hasSize(3))
                .body("results[0].id", notNullValue())
                .body("results[1].problem.status", equalTo(403))
                .body("results[2].problem.errors[0].field", equalTo("specversion"));
        assertThat(service.entries(0)).isEqualTo(before + 1);
    }

    @Test
    void binaryModeTakesAttributesFromHeaders() {
        binary().header("ce-ephemeral", "true")
                .header("ce-exclude", "a%40b")
                .body("{\"total\":1.00}")
                .post("/api/events")
                .then()
                .statusCode(202)
                .body("id", notNullValue());
        assertThat(service.newest())
                .contains("{\"total\":1.00}")
                .contains("ephemeral")
                .contains("a@b");
    }

    @Test
    void binaryModeNeedsItsAttributesToo() {
        service.publisher()
                .contentType("application/json")
                .header("ce-specversion", "0.3")
                .body("{")
                .post("/api/events")
                .then()
                .statusCode(400)
                .body("errors.field", hasItems("specversion", "id", "source", "type", "subject", "data"));
        assertThat(service.entries(0)).isEqualTo(before);
    }

    @Test
    void anIdempotencyKeySeesHeadersAsPartOfTheRequest() {
        String key = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            binary().header("Idempotency-Key", key)
                    .body("1")
                    .post("/api/events")
                    .then()
                    .statusCode(202);
        }
        assertThat(service.entries(0)).isEqualTo(before + 1);
        binary().header("ce-exclude", "ada")
                .header("Idempotency-Key", key)
                .body("1")
                .post("/api/events")
                .then()
                .statusCode(422);
    }

    static Stream<Arguments> misfits() {
        return Stream.of(
                Arguments.of("specversion", ONE.replace("\"specversion\":\"1.0\",", "")),
                Arguments.of("specversion", ONE.replace("\"1.0\"", "\"0.3\"")),
                Arguments.of("specversion", ONE.replace("\"1.0\"", "1.0")),
                Arguments.of("id", ONE.replace("\"id\":\"a-1\",", "")),
                Arguments.of("id", ONE.replace("\"a-1\"", "\"\"")),
                Arguments.of("source", ONE.replace("\"/shop\"", "null")),
                Arguments.of("source", ONE.replace("\"/shop\"", "\"a b\"")),
                Arguments.of("type", ONE.replace("\"order-completed\"", "\"com/x\"")),
                Arguments.of("type", ONE.replace("\"order-completed\"", "\"init\"")),
                Arguments.of("subject", ONE.replace("user:42", "42")),
                Arguments.of("subject", ONE.replace(",\"subject\":\"user:42\"", "")),
                Arguments.of("subject", ONE.replace("\"subject\":", "\"subject\":\"user:42\",\"subject\":")),
                Arguments.of("time", ONE.replace("2026-01-01T00:00:00Z", "yesterday")),
                Arguments.of("datacontenttype", ONE.replace("application/json", "text/xml")),
                Arguments.of("data", ONE.replace("\"data\":", "\"date\":")),
                Arguments.of("data_base64", ONE.replace("\"data\":{\"total\": 19.50}", "\"data_base64\":\"e30=\"")),
                Arguments.of("ephemeral", ONE.replace("\"data\":", "\"ephemeral\":\"yes\",\"data\":")),
                Arguments.of("exclude", ONE.replace("\"data\":", "\"exclude\":\"a b\",\"data\":")),
                Arguments.of("body", "[" + ONE + "]"));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void aMisfitIsToldByItsAttribute(String field, String body) {
        structured(body)
                .statusCode(400)
                .header("Content-Type", "application/problem+json")
                .body("errors.field", hasItem(field));
        assertThat(service.entries(0)).isEqualTo(before);
    }

    @Test
    void oneEventIsNoBatch() {
        service.publisher()
                .contentType("application/cloudevents-batch+json")
                .body(ONE)
                .post("/api/events")
                .then()
                .statusCode(400);
    }

    private ValidatableResponse structured(String body) {
        return service.publisher()
                .contentType("application/cloudevents+json; charset=UTF-8")
                .body(body)
                .post("/api/events")
                .then();
    }

    private RequestSpecification binary() {
        return service.publisher()
                .contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "a-1")
                .header("ce-source", "/shop")
                .header("ce-type", "order-completed")
                .header("ce-subject", "user:42");
    }
}
