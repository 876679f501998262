package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.testkit.EdgeChecks;
import dev.freshet.testkit.EdgeChecks.Answer;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RedisServer;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What other pages, caches and malformed requests get at this service's edge.
@NullUnmarked // its fields are set before each test
@QuarkusTest
@WithTestResource(FreshetResource.class)
class EdgeHardeningTest {

    private static final String ORIGIN = "https://app.example.test";
    private static final String EVENT = "{\"channel\":\"user:42\",\"type\":\"t\",\"payload\":1}";

    private static final List<String> PATHS = List.of(
            "/api/events",
            "/api/rooms/a/events",
            "/api/broadcasts/a/events",
            "/api/users/a/events",
            "/api/documents/a/content",
            "/",
            "/nothing",
            "/ws",
            "/q/openapi");

    RedisServer redis;
    Tokens tokens;

    @TestHTTPResource
    URI server;

    private EdgeChecks edge;
    private Service service;

    @BeforeEach
    void prepare() {
        edge = new EdgeChecks(server, ORIGIN);
        service = new Service(redis, tokens);
    }

    /// Stops a gateway that sends a preflight to the wrong service from breaking a page of ours.
    @Test
    void everyPathAnswersPreflightsAlike() {
        edge.preflightsAreAnswered(PATHS);
    }

    /// Stops pages whose origin only looks like an allowed one: `null`, other ports, suffixes, subdomains, case.
    @Test
    void otherOriginsAreRefused() {
        edge.otherOriginsAreRefused(PATHS);
    }

    /// Stops whoever can put a page without TLS under the service's name from acting as its user.
    @Test
    void theOwnHostMay() {
        edge.theOwnHostMay();
    }

    /// Stops answers from running as pages, being framed, sniffed, or kept for the next user.
    @Test
    void everyAnswerIsGuarded() {
        String token = "Authorization: Bearer " + service.publisherToken();
        edge.everyAnswerIsGuarded(List.of(
                publish(token),
                publish("Authorization: Bearer x"),
                edge.send("POST", "/api/events", token),
                edge.send("GET", "/api/events"),
                edge.send("GET", "/nothing"),
                edge.send("POST", "/api/events", token, "Content-Encoding: gzip"),
                edge.preflight("/api/events", ORIGIN),
                edge.preflight("/api/events", "https://evil.test")));
    }

    /// Stops another site's page from publishing with its visitor's cookie.
    @Test
    void aCookieWritesForOurPagesOnly() {
        String cookie = "Cookie: access_token=" + service.publisherToken();
        assertThat(publish(cookie, "Origin: " + ORIGIN).status()).isEqualTo(202);
        assertThat(publish(cookie).status()).isEqualTo(202);
        assertThat(publish(cookie, "Sec-Fetch-Site: same-origin").status()).isEqualTo(202);
        for (String foreign : List.of(
                "Origin: null",
                "Origin: https://evil.test",
                "Origin: " + ORIGIN + ".evil.test",
                "Origin: http://app.example.test",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site")) {
            int before = service.entries(0);
            assertThat(publish(cookie, foreign).status()).as(foreign).isEqualTo(403);
            assertThat(service.entries(0)).isEqualTo(before);
        }
    }

    /// Stops decompression bombs: a small body that would unpack to gigabytes.
    @Test
    void compressedBodiesAreRefused() {
        edge.compressedBodiesAreRefused(PATHS, service.publisherToken());
    }

    /// Stops one client from filling the memory with the head of a request.
    @Test
    void oversizedHeadsAreRefused() {
        edge.oversizedHeadsAreRefused();
    }

    private Answer publish(String... headers) {
        StringBuilder request = new StringBuilder("POST /api/events HTTP/1.1\r\nHost: api.example.test\r\n"
                + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: " + EVENT.length() + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return edge.send(request + "\r\n" + EVENT);
    }
}
