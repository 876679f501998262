package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;

import dev.freshet.testkit.EdgeChecks;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What other pages, caches and malformed requests get at this service's edge.
@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class EdgeHardeningTest {

    private static final List<String> PATHS =
            List.of(PATH, "/", "/nothing", "/api/events", "/api/rooms/a/events", "/ws", "/q/openapi");

    Tokens tokens;

    @TestHTTPResource
    URI server;

    private EdgeChecks edge;

    @BeforeEach
    void prepare() {
        edge = new EdgeChecks(server, "https://app.example.test");
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
        String token = "Authorization: Bearer " + tokens.user(newUser()).sign();
        edge.everyAnswerIsGuarded(List.of(
                edge.send("POST", PATH, token),
                edge.send("POST", PATH),
                edge.send("GET", PATH),
                edge.send("GET", "/nothing"),
                edge.send("POST", PATH, token, "Content-Encoding: gzip"),
                edge.preflight(PATH, "https://app.example.test"),
                edge.preflight(PATH, "https://evil.test")));
    }

    /// Stops decompression bombs: a small body that would unpack to gigabytes.
    @Test
    void compressedBodiesAreRefused() {
        edge.compressedBodiesAreRefused(
                List.of(PATH, "/nothing"), tokens.user(newUser()).sign());
    }

    /// Stops one client from filling the memory with the head of a request.
    @Test
    void oversizedHeadsAreRefused() {
        edge.oversizedHeadsAreRefused();
    }
}
