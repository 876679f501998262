package dev.freshet.push.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `GET /api/stats`.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class StatsTest extends PushTest {

    private final String user = unique("ada");

    @Test
    void connectionsUsersAndPodsAreSummedUpOverAllPods() {
        String now = redis.cli("TIME").lines().findFirst().orElseThrow() + "000";
        redis.cli("HSET", Keys.podFigures(), "another", now + " 1000 2000 30 2500 4.5 6.5");
        redis.cli("HSET", Keys.podFigures(), "broken", "x");
        connected(tokens.user(user));
        sse("/api/events/me", tokens.user(user)).next();
        await().atMost(Duration.ofSeconds(9)).untilAsserted(() -> {
            JsonNode stats = json(stats().body());
            assertThat(stats.at("/connections/sse").intValue()).isGreaterThanOrEqualTo(1001);
            assertThat(stats.at("/connections/websocket").intValue()).isGreaterThanOrEqualTo(2001);
            assertThat(stats.at("/connections/poll").intValue()).isEqualTo(30);
            assertThat(stats.path("pods").intValue()).isEqualTo(2);
            assertThat(stats.path("users").intValue()).isGreaterThanOrEqualTo(2501);
            assertThat(stats.path("eventsPerSecond").doubleValue()).isGreaterThanOrEqualTo(4.5);
        });
        redis.cli("HDEL", Keys.podFigures(), "another");
    }

    @Test
    void eventsAndDeliveriesAreCounted() {
        sse("/api/events/me", tokens.user(user)).next();
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            IntStream.range(0, 50).forEach(i -> xadd("user:" + user, "a", "1"));
            JsonNode stats = json(stats().body());
            assertThat(stats.path("eventsPerSecond").doubleValue()).isPositive();
            assertThat(stats.path("deliveriesPerSecond").doubleValue()).isPositive();
        });
    }

    @Test
    void answersAreTheSameBytesForAWhile() {
        await().untilAsserted(() -> {
            HttpResponse<String> first = stats();
            HttpResponse<String> second = stats();
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(first.headers().firstValue("cache-control")).contains("private, max-age=2");
            String tag = first.headers().firstValue("etag").orElseThrow();
            assertThat(get(request("/api/stats", tokens.user(user)).header("If-None-Match", tag))
                            .statusCode())
                    .isEqualTo(304);
        });
    }

    /// From one computation to the next, by the clock of Redis, which both go by.
    @Test
    void theyAreComputedAnewAtMostEveryTwoSeconds() {
        Map<Long, String> seen = new LinkedHashMap<>();
        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    String body = stats().body();
                    long computed = json(body).path("timestamp").longValue();
                    assertThat(seen.merge(computed, body, (first, again) -> first))
                            .isEqualTo(body);
                    // The first may have stood for a while.
                    return seen.size() == 4;
                });

        List<Long> times = List.copyOf(seen.keySet());
        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).isGreaterThanOrEqualTo(1_950);
        }
    }

    @Test
    void theyAreForWhoeverIsSignedIn() {
        assertThat(get(request("/api/stats")).statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> stats() {
        HttpResponse<String> answer = get(request("/api/stats", tokens.user(user)));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer;
    }
}
