package dev.freshet.push.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.push.PushTest;
import dev.freshet.push.StandardProfile;
import dev.freshet.testkit.FreshetResource;
import dev.freshet.testkit.RawConnection;
import dev.freshet.testkit.SseRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How streams travel in each version of HTTP.
@QuarkusTest
@TestProfile(StandardProfile.class)
@WithTestResource(FreshetResource.class)
class SseProtocolTest extends PushTest {

    private final String user = unique("ada");

    @Inject
    Vertx vertx;

    @Test
    void http11IsChunkedAndTheFirstBytesComeAtOnce() {
        RawConnection connection = raw().send(get("HTTP/1.1", "/api/events/me", ""));

        String head = connection.readHead();
        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n");
        String size = connection.readThrough("\r\n").strip();
        String frame = connection.readThrough("\n\n");
        assertThat(frame).startsWith("id: ").contains("\nretry: 3000\nevent: init\ndata: {");
        assertThat(Integer.parseInt(size, 16)).isEqualTo(frame.length());
        assertThat(connection.readThrough("\r\n")).isEqualTo("\r\n");

        xadd("user:" + user, "a", "1");
        connection.readThrough("\r\n");
        assertThat(connection.readThrough("\n\n")).matches("id: [^\n]+\nevent: a\ndata: 1\n\n");
    }

    @Test
    void http10IsDelimitedByTheEndOfTheConnection() {
        String token = tokens.user(user).expiresIn(Duration.ofSeconds(4)).sign();
        RawConnection connection = raw().send("GET /api/events/me HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n"
                + "Authorization: Bearer " + token + "\r\n\r\n");

        String head = connection.readHead();
        assertThat(head)
                .startsWith("HTTP/1.0 200 OK\r\n")
                .containsIgnoringCase("\r\ncontent-type: text/event-stream\r\n")
                .doesNotContainIgnoringCase("transfer-encoding")
                .doesNotContainIgnoringCase("content-length");
        assertThat(connection.readThrough("\n\n")).startsWith("id: ").contains("\nevent: init\n");
        xadd("user:" + user, "a", "1");
        assertThat(connection.readThrough("\n\n")).matches("id: [^\n]+\nevent: a\ndata: 1\n\n");
        assertThat(connection.readToEnd()).isEmpty();
    }

    @Test
    void headAnswersAsGetWouldAndOpensNothing() {
        double before = metric("freshet_reconnections_total", "transport", "sse");
        HttpRequest.Builder head = request("/api/events/me", tokens.user(user))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .header("Last-Event-ID", "x");

        HttpResponse<String> answer = get(head);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-cache, no-transform");
        assertThat(answer.body()).isEmpty();
        assertThat(metric("freshet_reconnections_total", "transport", "sse")).isEqualTo(before);
    }

    @Test
    void headIsRefusedAsGetWouldBe() {
        assertThat(get(request("/api/rooms/x/events", tokens.user(user))
                                .method("HEAD", HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aConnectionIsUsableAgainAfterHead() {
        RawConnection connection =
                raw().send(get("HTTP/1.1", "/api/events/me", "").replace("GET", "HEAD"));
        connection.readHead();

        connection.send(get("HTTP/1.1", "/api/events/me", ""));
        assertThat(connection.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(connection.readThrough("\n\n")).contains("event: init\n");
    }

    @Test
    void http2ByUpgradeCarriesTheSameStream() {
        java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build();
        try (SseRecorder stream = SseRecorder.open(
                client, request("/api/events/me", tokens.user(user)).build())) {
            assertThat(stream.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
            assertThat(stream.next().event()).isEqualTo("init");
            xadd("user:" + user, "a", "1");
            assertThat(stream.next().data()).isEqualTo("1");
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void http2WithPriorKnowledgeCarriesTheSameStream() throws Exception {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        try {
            StringBuffer body = new StringBuffer();
            HttpVersion version = client.request(HttpMethod.GET, root.getPort(), "127.0.0.1", "/api/events/me")
                    .compose(request -> request.putHeader(
                                    "Authorization",
                                    "Bearer " + tokens.user(user).sign())
                            .send())
                    .map(response -> {
                        response.handler(chunk -> body.append(chunk));
                        return response.version();
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(15, TimeUnit.SECONDS);

            assertThat(version).isEqualTo(HttpVersion.HTTP_2);
            await().atMost(SseRecorder.LIMIT).until(() -> body.toString().endsWith("\n\n"));
            assertThat(body.toString()).contains("event: init\n");
            xadd("user:" + user, "a", "1");
            await().atMost(SseRecorder.LIMIT).until(() -> body.toString().endsWith("\nevent: a\ndata: 1\n\n"));
        } finally {
            client.close();
        }
    }

    @Test
    void closingOneStreamOfHttp2LeavesTheOthers() {
        java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build();
        try (SseRecorder first = SseRecorder.open(
                        client, request("/api/events/me", tokens.user(user)).build());
                SseRecorder second = SseRecorder.open(
                        client, request("/api/events/me", tokens.user(user)).build())) {
            first.next();
            second.next();
            first.close();
            xadd("user:" + user, "a", "1");
            assertThat(second.next().data()).isEqualTo("1");
        } finally {
            client.shutdownNow();
        }
        awaitConnections("sse", 0);
    }

    @Test
    void anotherMethodIsNotServed() {
        HttpResponse<String> answer = get(
                request("/api/events/me", tokens.user(user)).method("POST", HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(answer.statusCode()).isIn(404, 405);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    }

    @Test
    void anAllowedOriginMayReadTheStreamWithCredentials() {
        SseRecorder stream = sse(request("/api/events/me", tokens.user(user)).header("Origin", StandardProfile.ORIGIN));

        assertThat(stream.headers().firstValue("access-control-allow-origin")).contains(StandardProfile.ORIGIN);
        assertThat(stream.headers().firstValue("access-control-allow-credentials"))
                .contains("true");
        assertThat(stream.headers().allValues("vary")).contains("Origin");
        assertThat(stream.headers().firstValue("access-control-expose-headers")).contains("ETag, Retry-After");
    }

    @Test
    void anotherOriginGetsNoLeaveToRead() {
        SseRecorder stream = sse(request("/api/events/me", tokens.user(user)).header("Origin", "https://evil.test"));

        assertThat(stream.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(stream.headers().firstValue("access-control-allow-credentials"))
                .isEmpty();
    }

    @Test
    void aPreflightIsAnsweredOnEveryPath() {
        HttpResponse<String> answer = get(request("/api/rooms/x/events")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", StandardProfile.ORIGIN)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization,last-event-id"));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("access-control-allow-headers").orElseThrow())
                .contains("Authorization", "Last-Event-ID");
    }

    private String get(String version, String path, String headers) {
        return "GET " + path + " " + version + "\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + tokens.user(user).sign() + "\r\n" + headers + "\r\n";
    }
}
