package dev.freshet.systemtests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// Requests with a token. Over HTTP/1.1, as a proxy sends them.
record Rest(String token) {

    static final String JSON_TYPE = "application/json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /// Above what a service may take (2 s for Redis), far below what a test would wait.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// What came back.
    record Answer(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        /// Empty if there is none.
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return parse(body());
        }

        /// For a failed assertion's message.
        @Override
        public String toString() {
            return status() + " " + response.headers().map() + " " + body();
        }
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT);
    }

    /// Without a token.
    static Answer get(URI address) {
        return send(HttpRequest.newBuilder(address).timeout(LIMIT).build());
    }

    /// @return 0 if nobody answers
    static int status(URI address) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(address).timeout(LIMIT).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException nobody) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Answer get(String url) {
        return send(authorized(url).build());
    }

    Answer post(String url, String json) {
        return post(url, JSON_TYPE, json);
    }

    /// @param headers names and values in turn
    Answer post(String url, String contentType, String body, String... headers) {
        return send(posting(url, contentType, body, headers).build());
    }

    /// @param headers names and values in turn
    Answer patch(String url, String json, String... headers) {
        return send(posting(url, JSON_TYPE, json, headers)
                .method("PATCH", BodyPublishers.ofString(json))
                .build());
    }

    /// Sends, and does not wait.
    CompletableFuture<Answer> postAsync(String url, String json, String... headers) {
        return CLIENT.sendAsync(posting(url, JSON_TYPE, json, headers).build(), BodyHandlers.ofString())
                .thenApply(Answer::new);
    }

    static Answer send(HttpRequest request) {
        try {
            return new Answer(CLIENT.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    request.method() + " " + request.uri().getPath(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest.Builder posting(String url, String contentType, String body, String... headers) {
        HttpRequest.Builder request =
                authorized(url).header("Content-Type", contentType).POST(BodyPublishers.ofString(body));
        // It refuses an empty list.
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpRequest.Builder authorized(String url) {
        return request(url).header("Authorization", "Bearer " + token);
    }
}
