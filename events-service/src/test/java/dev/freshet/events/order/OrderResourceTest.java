package dev.freshet.events.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.events.SampleOrders;
import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked // its fields are set before each test
@QuarkusTest
@TestProfile(SampleOrders.class)
@WithTestResource(FreshetResource.class)
class OrderResourceTest {

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
    void withoutABodyTheCallerIsTheCustomer() {
        ada().post("/api/orders/7/complete").then().statusCode(200).body("success", equalTo(true));
        assertThat(newest())
                .containsSubsequence("broadcast:orders", "order-update", "{\"orderId\":7,\"status\":\"completed\"}")
                .containsSubsequence("user:ada", "order-completed", "{\"orderId\":7}");
    }

    @Test
    void theTotalIsTheCustomersExactly() {
        ada().contentType("application/json")
                .body("{\"total\":19.50,\"note\":1}")
                .post("/api/orders/A-7/complete")
                .then()
                .statusCode(200);
        assertThat(newest()).contains("{\"orderId\":\"A-7\",\"total\":19.50}");
    }

    @Test
    void anotherCustomerNeedsAGrantOrARole() {
        String body = "{\"customerId\":\"bob\",\"total\":1}";
        json(tokens.user("ada").sign(), body).then().statusCode(403);
        assertThat(service.entries(0)).isEqualTo(before);
        json(tokens.user("ada").publish("user:bob").sign(), body).then().statusCode(200);
        json(tokens.user("ada").groups("admin").sign(), body).then().statusCode(200);
        assertThat(newest()).contains("user:bob");
    }

    @Test
    void aRepeatedCompletionIsDoneOnce() {
        for (int i = 0; i < 2; i++) {
            ada().header("Idempotency-Key", "order-8")
                    .post("/api/orders/8/complete")
                    .then()
                    .statusCode(200)
                    .body("success", equalTo(true));
        }
        assertThat(service.entries(0)).isEqualTo(before + 2);
        ada().header("Idempotency-Key", "order-8")
                .post("/api/orders/9/complete")
                .then()
                .statusCode(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "{\"customerId\":7}",
                "{\"customerId\":null}",
                "{\"customerId\":\"me\"}",
                "{\"customerId\":\"user:ada\"}",
                "{\"total\":-1}",
                "{\"total\":\"1\"}",
                "{\"total\":null}",
                "{\"total\":1e999999999}",
                "{\"total\":1e99999999999}",
                "{\"total\":1,\"note\":[1e-99999999999]}",
                "{",
                "{} {}",
                "{\"total\":1,\"total\":2}"
            })
    void aBodyThatDoesNotFitIsRefused(String body) {
        json(tokens.user("ada").sign(), body).then().statusCode(400);
        assertThat(service.entries(0)).isEqualTo(before);
    }

    @Test
    void itNeedsASignedInCaller() {
        Service.anonymous().post("/api/orders/7/complete").then().statusCode(401);
        ada().contentType("text/plain")
                .body("x")
                .post("/api/orders/7/complete")
                .then()
                .statusCode(415);
        ada().post("/api/orders/{id}/complete", "a b").then().statusCode(400);
    }

    private RequestSpecification ada() {
        return Service.with(tokens.user("ada").sign());
    }

    private static io.restassured.response.Response json(String token, String body) {
        return Service.with(token).contentType("application/json").body(body).post("/api/orders/7/complete");
    }

    private List<String> newest() {
        return redis.cli("XREVRANGE", "events:{0}", "+", "-", "COUNT", "2")
                .lines()
                .toList();
    }
}
