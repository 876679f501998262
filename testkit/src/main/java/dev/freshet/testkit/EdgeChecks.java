package dev.freshet.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is the same at the HTTP edge of every service, asked byte by byte.
public final class EdgeChecks {

    private static final List<String> REQUEST_HEADERS = List.of(
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "last-event-id",
            "traceparent");

    private final int port;
    private final String origin;

    /// @param origin the only one that is allowed besides the service's own
    public EdgeChecks(URI service, String origin) {
        this.port = service.getPort();
        this.origin = origin;
    }

    /// @param status 0 if the connection ended without an answer
    public record Answer(int status, Map<String, String> headers, String text) {
        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    public Answer send(String request) {
        try (RawConnection connection = RawConnection.to(port)) {
            try {
                connection.send(request);
            } catch (UncheckedIOException refused) {
                // It had heard enough. What it said counts.
            }
            String text = connection.readToEnd();
            Map<String, String> headers = new TreeMap<>();
            String[] head = text.split("\r\n\r\n", 2)[0].split("\r\n");
            for (int i = 1; i < head.length; i++) {
                int colon = head[i].indexOf(':');
                headers.merge(
                        head[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        head[i].substring(colon + 1).strip(),
                        (one, two) -> one + ", " + two);
            }
            return new Answer(text.isEmpty() ? 0 : Integer.parseInt(text.split(" ")[1]), headers, text);
        }
    }

    public Answer send(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        boolean host = false;
        for (String header : headers) {
            host |= header.startsWith("Host:");
            request.append(header).append("\r\n");
        }
        return send(request.append(host ? "" : "Host: api.example.test\r\n")
                .append("\r\n")
                .toString());
    }

    public Answer preflight(String path, String from, String... more) {
        String[] headers = new String[more.length + 3];
        headers[0] = "Origin: " + from;
        headers[1] = "Access-Control-Request-Method: POST";
        headers[2] = "Access-Control-Request-Headers: authorization,content-type,idempotency-key";
        System.arraycopy(more, 0, headers, 3, more.length);
        return send("OPTIONS", path, headers);
    }

    /// One table of CORS, whatever the path: a gateway may send a preflight anywhere.
    public void preflightsAreAnswered(List<String> paths) {
        for (String path : paths) {
            Answer answer = preflight(path, origin);
            assertThat(answer.status()).as(path).isEqualTo(204);
            assertThat(answer.header("Access-Control-Allow-Origin")).as(path).isEqualTo(origin);
            assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
            assertThat(answer.header("Access-Control-Allow-Methods"))
                    .contains("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
            assertThat(String.valueOf(answer.header("Access-Control-Allow-Headers"))
                            .toLowerCase(Locale.ROOT)
                            .split(", "))
                    .containsExactlyInAnyOrderElementsOf(REQUEST_HEADERS);
            assertThat(answer.header("Vary")).contains("Origin");
        }
    }

    /// A page that only looks like one of ours reads nothing and changes nothing.
    public void otherOriginsAreRefused(List<String> paths) {
        String host = origin.substring(origin.indexOf("://") + 3);
        for (String other : List.of(
                "null",
                "NULL",
                "",
                "*",
                "https://evil.test",
                origin + ".evil.test",
                origin + ":444",
                origin + "/",
                origin + "@evil.test",
                origin.toUpperCase(Locale.ROOT),
                "https://evil" + host,
                "https://sub." + host,
                "http://" + host,
                "https://evil.test/" + origin,
                origin + ", https://evil.test",
                origin + " ",
                host,
                "file://",
                "http://localhost.evil.test")) {
            for (String path : paths) {
                Answer refused = preflight(path, other);
                if (other.equals(origin + " ")) {
                    // Space around a value is not part of it.
                    assertThat(refused.status()).isEqualTo(204);
                    continue;
                }
                assertThat(refused.status()).as("%s for %s", path, other).isEqualTo(403);
                assertThat(refused.headers()).doesNotContainKey("access-control-allow-origin");
                assertThat(refused.headers()).doesNotContainKey("access-control-allow-credentials");
                assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            }
            Answer simple = send("GET", "/api/nothing", "Origin: " + other);
            if (!other.equals(origin + " ")) {
                assertThat(simple.headers()).as(other).doesNotContainKey("access-control-allow-origin");
            }
            assertThat(simple.header("Vary")).contains("Origin");
        }
    }

    /// The service's own pages are ours, but not what only claims to be one of them without the proxy's TLS.
    public void theOwnHostMay() {
        String path = "/api/nothing";
        String host = "Host: api.example.test";
        assertThat(preflight(path, "https://api.example.test", host).status()).isEqualTo(204);
        assertThat(preflight(path, "http://api.example.test", host).status()).isEqualTo(204);
        assertThat(preflight(path, "https://api.example.test", host, "X-Forwarded-Proto: https")
                        .status())
                .isEqualTo(204);
        assertThat(preflight(path, "http://api.example.test", host, "X-Forwarded-Proto: https")
                        .status())
                .isEqualTo(403);
        assertThat(preflight(path, "https://api.example.test:444", host).status())
                .isEqualTo(403);
        assertThat(preflight(path, "https://x.api.example.test", host).status()).isEqualTo(403);
        assertThat(preflight(path, "https://evil.test", host, "X-Forwarded-Host: evil.test")
                        .status())
                .isEqualTo(403);
    }

    /// No answer runs as a page, is sniffed, framed or kept, or says what the server is made of.
    public void everyAnswerIsGuarded(List<Answer> answers) {
        for (Answer answer : answers) {
            assertThat(answer.header("X-Content-Type-Options"))
                    .as(answer.text())
                    .isEqualTo("nosniff");
            assertThat(answer.header("Content-Security-Policy"))
                    .as(answer.text())
                    .isEqualTo("default-src 'none'; frame-ancestors 'none'");
            assertThat(answer.header("Cache-Control"))
                    .as(answer.text())
                    .isIn("no-store", "no-cache", "no-cache, no-transform", "private, max-age=2", "private, no-cache");
            assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
        }
    }

    /// Compressed bodies are refused before anybody unpacks them.
    public void compressedBodiesAreRefused(List<String> paths, String token) {
        for (String path : paths) {
            for (String coding : List.of("gzip", "deflate", "br", "x-gzip", "GZIP", "identity, gzip")) {
                Answer answer = send(
                        "POST",
                        path,
                        "Authorization: Bearer " + token,
                        "Content-Type: application/json",
                        "Content-Encoding: " + coding,
                        "Content-Length: 0");
                assertThat(answer.status()).as("%s, %s", path, coding).isEqualTo(415);
                assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            }
        }
    }

    /// What no parser should see ends in a refusal that tells nothing.
    public void oversizedHeadsAreRefused() {
        for (String request : List.of(
                "GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(40_000) + "\r\n\r\n",
                "GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n".repeat(10_000) + "\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nCookie: " + "a=b; ".repeat(10_000) + "\r\n\r\n")) {
            Answer answer = send(request);
            assertThat(answer.status()).isIn(0, 400, 414, 431);
            assertThat(answer.text()).doesNotContain("Exception", "netty", "vertx", "at java");
        }
    }
}
