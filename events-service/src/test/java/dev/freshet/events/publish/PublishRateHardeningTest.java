package dev.freshet.events.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.freshet.events.Service;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// A user who publishes more than is meant for one, and one who publishes more slowly than anybody may.
@QuarkusTest
@TestProfile(PublishRateHardeningTest.SmallRate.class)
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class PublishRateHardeningTest {

    private static final int BURST = 20;
    private static final int PER_SECOND = 10;
    private static final String EVENT = "{\"channel\":\"broadcast:x\",\"type\":\"t\",\"payload\":1}";

    RedisServer redis;
    Tokens tokens;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource
    URI server;

    private final String user = "u-" + UUID.randomUUID();

    public static final class SmallRate implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "freshet.publish.rate.burst",
                    Integer.toString(BURST),
                    "freshet.publish.rate.per-second",
                    Integer.toString(PER_SECOND),
                    "freshet.http.body-timeout",
                    "1S",
                    "freshet.http.keep-alive",
                    "1S");
        }
    }

    /// Stops one account from filling the log, and so taking away what others have to come back to.
    @Test
    void overTheRateAUserIsToldWhenToComeBackAndNothingIsAppended() {
        double before = limited();
        int accepted = 0;
        ValidatableResponse answer = publish(EVENT);
        while (answer.extract().statusCode() == 202) {
            assertThat(++accepted).isLessThan(10 * BURST);
            answer = publish(EVENT);
        }

        assertThat(accepted).isGreaterThanOrEqualTo(BURST);
        answer.statusCode(429)
                .contentType("application/problem+json")
                .body("type", equalTo("https://freshet.dev/problems/rate-limited"));
        int wait = Integer.parseInt(answer.extract().header("Retry-After"));
        assertThat(wait).isBetween(1, 2);
        assertThat(limited()).isGreaterThan(before);
        assertThat(entries(user)).isEqualTo(accepted);
        await().until(() -> publish(EVENT).extract().statusCode() == 202);
    }

    /// Stops the same by batches, each of which would else count as one.
    @Test
    void aBatchCountsEachOfItsEventsAndOneOverTheBurstPassesAndIsPaidFor() {
        publish(batch(3 * BURST)).statusCode(202).body("results", hasSize(3 * BURST));

        // The two bursts that it took too much are to be paid back first.
        int wait = Integer.parseInt(publish(EVENT).statusCode(429).extract().header("Retry-After"));
        assertThat(wait).isBetween(2, 5);
        publish(batch(2)).statusCode(429);
    }

    /// Stops the same by lists of channels and by the paths for one channel.
    @Test
    void theShortcutsAndEachOfSeveralChannelsCountToo() {
        publish("{\"channels\":[\"broadcast:x\",\"broadcast:y\"],\"type\":\"t\",\"payload\":1}")
                .statusCode(202);
        publish(batch(3 * BURST)).statusCode(202);

        Service.with(token())
                .contentType("application/json")
                .body("{\"type\":\"t\",\"payload\":1}")
                .post("/api/broadcasts/x/events")
                .then()
                .statusCode(429);
    }

    /// Stops refusals from using up what a user may publish, and the limit from holding up the platform's own
    /// services.
    @Test
    void whatIsRefusedAnywayCostsNothingAndBackendServicesAreNotLimited() {
        for (int i = 0; i < 2 * BURST; i++) {
            publish(EVENT.replace("broadcast:x", "broadcast:secret")).statusCode(403);
        }
        publish(EVENT).statusCode(202);

        String service =
                tokens.user(user).publish("broadcast:*").groups("publisher").sign();
        for (int i = 0; i < 10; i++) {
            Service.with(service)
                    .contentType("application/json")
                    .body(batch(BURST))
                    .post("/api/events")
                    .then()
                    .statusCode(202);
        }
    }

    /// Stops bodies that come a byte now and then (RUDY), each of which holds a connection and memory.
    @Test
    void whoDoesNotFinishABodyInTimeIsCutOff() throws InterruptedException {
        try (RawConnection slow = RawConnection.to(server.getPort())) {
            slow.send("POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token()
                    + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
            Thread trickle = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        slow.send(" ");
                        Thread.sleep(100);
                    }
                } catch (RuntimeException | InterruptedException closed) {
                    // As it should be.
                }
            });

            assertThat(slow.readToEnd()).doesNotContain(" 202 ");
            trickle.interrupt();
            trickle.join();
        }
    }

    /// Stops connections that are kept after their last request, of which one machine can hold as many as the
    /// service has files.
    @Test
    void aConnectionWithoutARequestEndsAfterItsKeepAlive() {
        try (RawConnection idle = RawConnection.to(server.getPort())) {
            String body = EVENT;
            for (int i = 0; i < 2; i++) {
                idle.send("POST /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token()
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(idle.readHead()).startsWith("HTTP/1.1 202 ");
                idle.readThrough("}");
            }

            assertThat(idle.readToEnd()).isEmpty();
        }
    }

    private String token() {
        return tokens.user(user).publish("broadcast:x", "broadcast:y").sign();
    }

    private ValidatableResponse publish(String body) {
        return Service.with(token())
                .contentType("application/json")
                .body(body)
                .post("/api/events")
                .then();
    }

    private static String batch(int events) {
        return Collections.nCopies(events, EVENT).toString();
    }

    private double limited() {
        Counter counter =
                meters.find("freshet.limited").tag("limit", "publishes").counter();
        return counter == null ? 0 : counter.count();
    }

    private int entries(String actor) {
        return redis.cli("XRANGE", "events:{0}", "-", "+").split(actor, -1).length - 1;
    }
}
