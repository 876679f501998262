package dev.freshet.service.identity;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/// The keys that an identity provider publishes at a URL (a JWKS), kept up to date.
///
/// - A key that was taken away is refused once its set is older than the refresh interval. - A key id that is not
/// known asks for the set again, once per interval at most: tokens with invented ids cannot make the provider's
/// load. - While the provider does not answer, what is known goes on, and the set is asked for once per that
/// interval.
///
/// A set is asked for again at half its age, so nobody waits for it but those who cannot be judged without it.
/// One request is under way at a time. Safe for any thread.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc7517#section-5">RFC 7517, section 5: JWK Set Format</a>
final class RemoteKeys {

    private static final Logger LOG = Logger.getLogger(RemoteKeys.class);

    /// Shorter than clients wait for an answer.
    private static final long TIMEOUT_MS = 5_000;

    private static final int MAX_BYTES = 512 * 1024;

    /// What the verifier accepts; a key for something else is none of ours.
    private static final Set<String> ALGORITHMS = Set.of("RS256", "ES256");

    private final Vertx vertx;
    private final HttpClient client;
    private final RequestOptions request;
    private final String url;
    private final long refreshNanos;
    private final long againNanos;
    private final LongSupplier nanos;
    private final MeterRegistry meters;

    private volatile @Nullable Known known;

    /// Whether the last request for the set failed.
    private volatile boolean failing;

    /// Guarded by this.
    private @Nullable Future<Void> underWay;

    /// When the provider was last asked, guarded by this.
    private @Nullable Long asked;

    /// @param at `System.nanoTime()` when the provider said so
    private record Known(List<Key> keys, long at) {}

    private record Key(@Nullable String id, PublicKey key) {}

    /// @param client whom it trusts, and the like; timeouts are this class's own
    /// @param refresh age at which a set is asked for again
    /// @param again what passes at least between two requests
    /// @param nanos as `System::nanoTime`
    RemoteKeys(
            Vertx vertx,
            HttpClientOptions client,
            String url,
            Duration refresh,
            Duration again,
            LongSupplier nanos,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.client = vertx.createHttpClient(new HttpClientOptions(client)
                .setConnectTimeout((int) TIMEOUT_MS)
                .setKeepAlive(false));
        this.request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url)
                .setFollowRedirects(true)
                .setTimeout(TIMEOUT_MS)
                .putHeader("Accept", "application/jwk-set+json, application/json");
        this.url = url;
        this.refreshNanos = refresh.toNanos();
        this.againNanos = again.toNanos();
        this.nanos = nanos;
        this.meters = meters;
    }

    /// The key with this id; without an id, the only key of a set of one. Succeeds with `null` if there is none,
    /// fails never, and completes on the caller's context.
    Future<@Nullable PublicKey> find(@Nullable String id) {
        Known current = known;
        PublicKey key = current == null ? null : pick(current.keys(), id);
        if (current != null && key != null) {
            long age = nanos.getAsLong() - current.at();
            if (age < refreshNanos / 2) {
                return Future.succeededFuture(key);
            }
            if (age < refreshNanos || failing) {
                refresh();
                return Future.succeededFuture(key);
            }
        }
        Future<Void> refreshed = refresh();
        if (refreshed.isComplete()) {
            return Future.succeededFuture(latest(id));
        }
        Promise<@Nullable PublicKey> found = Promise.promise();
        Context context = vertx.getOrCreateContext();
        refreshed.onComplete(done -> context.runOnContext(here -> found.complete(latest(id))));
        return found.future();
    }

    private @Nullable PublicKey latest(@Nullable String id) {
        Known now = known;
        return now == null ? null : pick(now.keys(), id);
    }

    private static @Nullable PublicKey pick(List<Key> keys, @Nullable String id) {
        if (id == null) {
            return keys.size() == 1 ? keys.getFirst().key() : null;
        }
        for (Key key : keys) {
            if (id.equals(key.id())) {
                return key.key();
            }
        }
        return null;
    }

    /// Asks the provider, or joins who asks already, or does nothing because it was asked just now.
    private synchronized Future<Void> refresh() {
        if (underWay != null) {
            return underWay;
        }
        long now = nanos.getAsLong();
        if (asked != null && now - asked < againNanos) {
            return Future.succeededFuture();
        }
        asked = now;
        Future<Void> request = fetch().transform(answered -> {
            if (answered.succeeded()) {
                known = new Known(answered.result(), nanos.getAsLong());
            } else {
                LOG.warnf(
                        "The keys at %s cannot be read: %s",
                        url, answered.cause().getMessage());
            }
            failing = answered.failed();
            meters.counter("freshet.keys.refreshes", "outcome", failing ? "failed" : "ok")
                    .increment();
            synchronized (this) {
                underWay = null;
            }
            return Future.succeededFuture();
        });
        if (!request.isComplete()) {
            underWay = request;
        }
        return request;
    }

    /// All on one event loop: from another thread the answer could be over before anybody listens.
    private Future<List<Key>> fetch() {
        Promise<List<Key>> answer = Promise.promise();
        vertx.getOrCreateContext()
                .runOnContext(here -> client.request(new RequestOptions(request))
                        .compose(ready -> ready.send())
                        .compose(RemoteKeys::body)
                        .map(body -> parse(body.toString()))
                        .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                        .onComplete(answer));
        return answer.future();
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return Future.failedFuture("status " + response.statusCode());
        }
        Buffer bytes = Buffer.buffer();
        response.handler(chunk -> {
            if (bytes.length() + chunk.length() > MAX_BYTES) {
                response.request().reset();
            } else {
                bytes.appendBuffer(chunk);
            }
        });
        return response.end().map(bytes);
    }

    /// Keys of other kinds and for other uses are left out, and so are those that cannot be read: a provider may
    /// publish what we do not know yet.
    private static List<Key> parse(String json) {
        try {
            List<Key> keys = new ArrayList<>();
            for (JsonWebKey jwk : new JsonWebKeySet(json).getJsonWebKeys()) {
                boolean signs = jwk.getUse() == null || jwk.getUse().equals(Use.SIGNATURE);
                boolean ours = jwk.getAlgorithm() == null || ALGORITHMS.contains(jwk.getAlgorithm());
                if (signs && ours && jwk instanceof PublicJsonWebKey pair) {
                    keys.add(new Key(jwk.getKeyId(), pair.getPublicKey()));
                }
            }
            return List.copyOf(keys);
        } catch (JoseException e) {
            throw new IllegalStateException("not a JWK set", e);
        }
    }
}
