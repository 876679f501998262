package dev.freshet.service.identity;

import com.sun.net.httpserver.HttpServer;
import dev.freshet.testkit.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/// An identity provider's JWKS endpoint that can be told what to say.
final class KeyServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile boolean silent;
    private volatile String body = "{\"keys\":[]}";

    KeyServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/keys", exchange -> {
            requests.incrementAndGet();
            if (silent) {
                awaitClose();
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    int requests() {
        return requests.get();
    }

    /// Publishes these keys, each as JSON.
    void publish(String... keys) {
        answer(200, Arrays.stream(keys).collect(Collectors.joining(",", "{\"keys\":[", "]}")));
    }

    void answer(int newStatus, String newBody) {
        status = newStatus;
        body = newBody;
    }

    /// Accepts requests and never answers.
    void fallSilent() {
        silent = true;
    }

    static String jwk(String id, Tokens tokens) {
        return jwk(id, tokens, null);
    }

    static String jwk(String id, Tokens tokens, @Nullable String use) {
        try {
            PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(tokens.publicKey());
            key.setKeyId(id);
            key.setUse(use);
            return key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /// Also what it was never told.
    static List<String> unusable() {
        return List.of("", "null", "[]", "{}", "{\"keys\":7}", "{\"keys\":[7]}", "<html>", " ".repeat(600 * 1024));
    }
}
