package dev.freshet.ticket;

import static dev.freshet.ticket.Api.PATH;
import static dev.freshet.ticket.Api.newUser;
import static dev.freshet.ticket.Api.problem;
import static dev.freshet.ticket.Api.tellsNothing;
import static dev.freshet.ticket.Api.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.Tokens;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What strangers learn from this service: what it refuses, and nothing about what it is made of.
@QuarkusTest
@WithTestResource(FreshetResource.class)
@SuppressWarnings("NullAway.Init") // the test resource fills the fields
class HardeningTest {

    Tokens tokens;

    @TestHTTPResource
    URI server;

    /// Stops whoever probes paths from learning what stands behind them, and a mistyped path from bringing back
    /// what its query held.
    @ParameterizedTest
    @CsvSource({"/api/ws/tickets", "/api/ws", "/", "/api/ws/ticket/x", "/nothing", "/api/events", "/q/nothing"})
    void anUnknownPathIsAProblem(String path) {
        problem(with(tokens.user(newUser()).sign()).post(path + "?secret=1").then(), 404, "not-found")
                .body("instance", equalTo(path));
    }

    /// Stops a ticket from being had by `GET`, which caches keep and pages send without a preflight.
    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void anotherMethodIsAProblem(String method) {
        problem(given().request(method, PATH + "?token=abc").then(), 405, "method-not-allowed")
                .body("instance", equalTo(PATH));
    }

    /// Stops a client that wants a ticket in another form from getting the framework's own page, with class names
    /// in it.
    @Test
    void anUnacceptableRepresentationIsAProblem() {
        problem(
                with(tokens.user(newUser()).sign())
                        .header("Accept", "image/png")
                        .post(PATH)
                        .then(),
                406,
                "not-acceptable");
    }

    /// Stops a client that announces a huge body from having memory set aside for it.
    @Test
    void aBodyThatSaysItIsTooLargeIsNotRead() throws Exception {
        String answer = raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + tokens.user(newUser()).sign()
                + "\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n");
        assertTooLarge(answer);
    }

    /// Stops brackets by the ten thousand, which would overflow the stack of a parser that follows them.
    @Test
    void aBodyNestedBeyondReasonIsMalformed() throws Exception {
        String answer = raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + tokens.user(newUser()).sign()
                + "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n" + "[".repeat(60_000));
        assertThat(answer).startsWith("HTTP/1.1 400").contains("malformed-json");
    }

    /// Stops a client that does not say how large its body is from going on for ever.
    @Test
    void aBodyThatTurnsOutTooLargeIsCutOff() throws Exception {
        StringBuilder request = new StringBuilder("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + tokens.user(newUser()).sign()
                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            request.append("1000\r\n").append(" ".repeat(4096)).append("\r\n");
        }
        assertTooLarge(raw(request.append("0\r\n\r\n").toString()));
    }

    /// Stops broken requests from raising an error of ours, whose text would tell a prober the server and its
    /// version.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "POST /api/ws/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /api/ws/ticket HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                "POST /api/ws/ticket HTTP/1.1\r\nHost: x\r\nContent-Type: \u0001\r\nContent-Length: 2\r\n\r\n{}",
                "POST /%zz%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "POST /api/ws/ticket HTTP/1.1\r\nHost: x\r\nCookie: ;;;=;access_token=\"\r\nConnection: close\r\n\r\n",
                "POST /api/ws/ticket HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \u00ff.\u00fe.\u00fd\r\nConnection: close\r\n\r\n",
                "POST http://[::1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            })
    void malformedRequestsLearnNothing(String request) throws Exception {
        String answer = raw(request);
        assertThat(answer, tellsNothing());
        assertThat(answer).doesNotContain(" 500 ").matches("(?s)(HTTP/1\\.[01] 4.*)?");
    }

    /// Stops one client from filling the memory with a header, and learning from the refusal what refused it.
    @Test
    void anOversizedHeaderLearnsNothing() throws Exception {
        String answer = raw("POST " + PATH + " HTTP/1.1\r\nHost: x\r\nX-Large: " + "a".repeat(40_000) + "\r\n\r\n");
        assertThat(answer, tellsNothing());
        assertThat(answer).startsWith("HTTP/1.1 431");
    }

    /// Stops one client from filling the memory with a path, and learning from the refusal what refused it.
    @Test
    void anOversizedRequestLineLearnsNothing() throws Exception {
        String answer = raw("POST " + PATH + "?" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer, tellsNothing());
        assertThat(answer).startsWith("HTTP/1.").contains(" 414 ");
    }

    /// Stops what was in a refused query, a ticket say, from coming back in an answer that is logged or shown.
    @Test
    void identicalFailuresGiveIdenticalBytes() {
        String first = given().post(PATH + "?a=1").asString();
        assertThat(given().post(PATH + "?b=2").asString()).isEqualTo(first);
    }

    private static void assertTooLarge(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("content-type: application/problem+json")
                .contains("https://freshet.dev/problems/too-large")
                .contains("\"instance\":\"" + PATH + "\"");
        assertThat(answer, tellsNothing());
    }

    /// Sends bytes as they are and reads until the server has nothing more to say.
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(3000);
            StringBuilder answer = new StringBuilder();
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
                byte[] buffer = new byte[8192];
                int n;
                while ((n = socket.getInputStream().read(buffer)) >= 0) {
                    answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                    if (isComplete(answer)) {
                        break;
                    }
                }
            } catch (IOException closed) {
                // A server may end the connection in the middle; what it said before counts.
            }
            return answer.toString();
        }
    }

    private static boolean isComplete(StringBuilder answer) {
        int head = answer.indexOf("\r\n\r\n");
        if (head < 0) {
            return false;
        }
        java.util.regex.Matcher length =
                java.util.regex.Pattern.compile("(?i)content-length: (\\d+)").matcher(answer.substring(0, head));
        return length.find() && answer.length() >= head + 4 + Integer.parseInt(length.group(1));
    }
}
