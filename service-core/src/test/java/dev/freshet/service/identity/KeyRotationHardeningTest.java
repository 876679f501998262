package dev.freshet.service.identity;

import static dev.freshet.service.identity.KeyServer.jwk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.testkit.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Keys behind a JWKS URL: who is believed while they change, while the provider is away, and whatever tokens
/// claim about their keys.
@NullUnmarked // its fields are set before the tests
class KeyRotationHardeningTest {

    private static final Duration REFRESH = Duration.ofMinutes(5);
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static Vertx vertx;
    private static Tokens first;
    private static Tokens second;
    private static Tokens elliptic;

    private final KeyServer provider = new KeyServer();
    private final AtomicLong clock = new AtomicLong();

    private final RemoteKeys keys = new RemoteKeys(
            vertx, new HttpClientOptions(), provider.url(), REFRESH, AGAIN, clock::get, new SimpleMeterRegistry());

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        first = Tokens.create();
        second = Tokens.create();
        elliptic = Tokens.elliptic();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @AfterEach
    void close() {
        provider.close();
    }

    /// Stops a provider that rotates its key from locking its users out until somebody restarts a service.
    @Test
    void aNewKeyIsBelievedAtOnceAndTheOldOneStays() {
        TokenVerifier verifier = verifier(Map.of());
        provider.publish(jwk("a", first));
        assertThat(accepted(verifier, first.user("ada").keyId("a").sign())).isTrue();

        provider.publish(jwk("a", first), jwk("b", second), jwk("c", elliptic));
        clock.addAndGet(AGAIN.toNanos());

        TokenVerifier later = verifier(Map.of("freshet.auth.keys.retry-interval", "100MS"));
        assertThat(accepted(later, second.user("ada").keyId("b").sign())).isTrue();
        assertThat(accepted(later, elliptic.user("ada").keyId("c").sign())).isTrue();
        assertThat(accepted(later, first.user("ada").keyId("a").sign())).isTrue();
        await().until(() -> accepted(later, second.user("ada").keyId("b").sign()));
    }

    /// Stops a set that is known already from hiding a new key until it is old.
    @Test
    void aNewKeyIsBelievedByWhoKnowsTheOldOnes() {
        provider.publish(jwk("a", first));
        assertThat(find("a")).isEqualTo(first.publicKey());

        provider.publish(jwk("a", first), jwk("b", second));
        clock.addAndGet(AGAIN.toNanos());

        assertThat(find("b")).isEqualTo(second.publicKey());
        assertThat(find("a")).isEqualTo(first.publicKey());
        assertThat(provider.requests()).isEqualTo(2);
    }

    /// Stops a thief of a signing key from signing on after its provider took it away.
    @Test
    void aKeyThatWasTakenAwayIsRefusedOnceItsSetIsOld() {
        provider.publish(jwk("a", first), jwk("b", second));
        assertThat(find("a")).isNotNull();

        provider.publish(jwk("b", second));
        clock.addAndGet(REFRESH.toNanos());

        assertThat(find("a")).isNull();
        assertThat(find("b")).isEqualTo(second.publicKey());
    }

    /// Stops requests from piling up behind the provider whenever a set gets old.
    @Test
    void aSetInUseIsAskedForAgainBeforeItIsOldAndNobodyWaits() {
        provider.publish(jwk("a", first));
        assertThat(find("a")).isNotNull();
        provider.publish(jwk("b", second));
        clock.addAndGet(REFRESH.toNanos() / 2);

        assertThat(keys.find("a").isComplete()).isTrue();

        await().untilAsserted(() -> assertThat(find("a")).isNull());
        assertThat(provider.requests()).isEqualTo(2);
    }

    /// Stops whoever can stop the provider, or make it talk nonsense, from stopping Freshet.
    @Test
    void whileTheProviderIsDownWhatIsKnownGoesOn() {
        provider.publish(jwk("a", first));
        assertThat(find("a")).isNotNull();

        for (String body : KeyServer.unusable()) {
            provider.answer(200, body);
            clock.addAndGet(REFRESH.toNanos() / 2);
            int before = provider.requests();
            find("unknown");
            assertThat(provider.requests()).as(body.strip()).isGreaterThan(before);
            assertThat(find("a")).as(body.strip()).isEqualTo(first.publicKey());
        }
        provider.answer(500, "");
        clock.addAndGet(10 * REFRESH.toNanos());
        find("unknown");
        assertThat(find("a")).isEqualTo(first.publicKey());

        provider.close();
        clock.addAndGet(10 * REFRESH.toNanos());
        find("unknown");
        assertThat(find("a")).isEqualTo(first.publicKey());
    }

    /// Stops a provider that accepts and says nothing from holding up those whose keys are known.
    @Test
    void aSilentProviderHoldsNobodyUpWhoseKeyIsKnown() {
        provider.publish(jwk("a", first));
        assertThat(find("a")).isNotNull();
        provider.fallSilent();
        clock.addAndGet(REFRESH.toNanos() / 2);

        Future<PublicKey> unknown = keys.find("unknown");
        assertThat(unknown.isComplete()).isFalse();
        for (int i = 0; i < 1000; i++) {
            assertThat(keys.find("a").isComplete()).isTrue();
        }

        assertThat(result(unknown)).isNull();
        clock.addAndGet(REFRESH.toNanos());
        assertThat(keys.find("a").isComplete()).isTrue();
        assertThat(result(keys.find("a"))).isEqualTo(first.publicKey());
    }

    /// Stops a flood of invented key ids, which cost nothing to make, from costing the provider a request each.
    @Test
    void inventedKeyIdsDoNotReachTheProvider() {
        provider.publish(jwk("a", first));
        List<Future<PublicKey>> found = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            found.add(keys.find("invented-" + i));
        }
        for (Future<PublicKey> each : found) {
            assertThat(result(each)).isNull();
        }
        assertThat(provider.requests()).isEqualTo(1);

        clock.addAndGet(AGAIN.toNanos());
        for (int i = 0; i < 1000; i++) {
            assertThat(find("invented-" + i)).isNull();
        }
        assertThat(provider.requests()).isEqualTo(2);
        assertThat(find("a")).isEqualTo(first.publicKey());
    }

    /// Stops algorithm confusion: a token that chooses how its key is used, and is so signed with what is public,
    /// or not at all.
    @Test
    void theKeyDecidesAboutTheAlgorithm() throws Exception {
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]);
        provider.publish(
                jwk("rsa", first),
                jwk("ec", elliptic),
                jwk("enc", second, "enc"),
                "{\"kty\":\"oct\",\"kid\":\"oct\",\"k\":\"" + secret + "\"}");
        TokenVerifier verifier = verifier(Map.of());
        assertThat(accepted(verifier, first.user("ada").keyId("rsa").sign())).isTrue();
        assertThat(accepted(verifier, elliptic.user("ada").keyId("ec").sign())).isTrue();
        String claims = claims(first.user("ada"));

        byte[] der = first.publicKey().getEncoded();
        byte[] pem = java.nio.file.Files.readAllBytes(first.publicKeyFile());
        String pemText = new String(pem, StandardCharsets.US_ASCII).strip();
        for (byte[] key : List.of(der, pem, pemText.getBytes(StandardCharsets.US_ASCII), new byte[32])) {
            for (String id : List.of("rsa", "ec", "oct")) {
                refused(verifier, hmac("{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}", claims, key));
                refused(verifier, hmac("{\"alg\":\"RS256\",\"kid\":\"" + id + "\"}", claims, key));
            }
        }
        for (String algorithm : List.of("none", "None", "NONE", "", "HS256", "RS512", "PS256", "ES256", "RS256 ")) {
            String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"rsa\"}";
            refused(verifier, first.sign(header, claims));
            refused(verifier, base64(header) + "." + base64(claims) + ".");
        }
        refused(verifier, elliptic.sign("{\"alg\":\"ES256\",\"kid\":\"rsa\"}", claims));
        refused(verifier, elliptic.sign("{\"alg\":\"RS256\",\"kid\":\"ec\"}", claims));
        refused(verifier, first.sign("{\"alg\":\"RS256\",\"kid\":\"ec\"}", claims));
        refused(verifier, second.sign("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims));
        refused(verifier, second.sign("{\"alg\":\"RS256\",\"kid\":\"enc\"}", claims));
        refused(verifier, first.sign("{\"kid\":\"rsa\"}", claims));
        refused(verifier, first.sign("{\"alg\":\"RS256\"}", claims));
        refused(verifier, first.sign("{\"alg\":\"RS256\",\"kid\":7}", claims));
        refused(verifier, first.sign("{\"alg\":\"RS256\",\"kid\":null}", claims));
    }

    /// Stops a token from bringing its own key, or sending the service to an address where one is.
    @Test
    void aTokenDoesNotNameWhereItsKeyIs() {
        provider.publish(jwk("a", first));
        TokenVerifier verifier = verifier(Map.of());
        try (KeyServer other = new KeyServer()) {
            other.publish(jwk("evil", second));
            String own = jwk("evil", second);
            String claims = claims(second.user("ada"));
            for (String more :
                    List.of("\"jku\":\"" + other.url() + "\"", "\"x5u\":\"" + other.url() + "\"", "\"jwk\":" + own)) {
                refused(verifier, second.sign("{\"alg\":\"RS256\",\"kid\":\"evil\"," + more + "}", claims));
                refused(verifier, second.sign("{\"alg\":\"RS256\",\"kid\":\"a\"," + more + "}", claims));
            }
            assertThat(other.requests()).isZero();
        }
    }

    /// Stops a token from escaping the check of its signature by leaving out whose it is.
    @Test
    void aTokenWithoutAKeyIdIsJudgedByTheOnlyKeyThereIs() {
        provider.publish(jwk("a", first));
        TokenVerifier verifier = verifier(Map.of());
        assertThat(accepted(verifier, first.user("ada").sign())).isTrue();
        assertThat(accepted(verifier, second.user("ada").sign())).isFalse();
    }

    /// Stops one connection's answer from running on the event loop of another, where nothing guards what it
    /// touches.
    @Test
    void theAnswerComesWhereItWasAskedFor() throws Exception {
        provider.publish(jwk("a", first));
        List<Future<String>> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            io.vertx.core.Promise<String> where = io.vertx.core.Promise.promise();
            threads.add(where.future());
            io.vertx.core.Context context = ((io.vertx.core.impl.VertxInternal) vertx).createEventLoopContext();
            context.runOnContext(here -> {
                String asked = Thread.currentThread().getName();
                keys.find("a")
                        .onComplete(found -> where.complete(
                                asked.equals(Thread.currentThread().getName()) ? "same" : "another"));
            });
        }
        for (Future<String> each : threads) {
            assertThat(result(each)).isEqualTo("same");
        }
    }

    private TokenVerifier verifier(Map<String, String> settings) {
        return Verifiers.remote(provider.url(), vertx, settings);
    }

    private @Nullable PublicKey find(String id) {
        return result(keys.find(id));
    }

    private static boolean accepted(TokenVerifier verifier, String token) {
        try {
            return result(verifier.verify(token)).userId().equals("ada");
        } catch (ProblemException refusal) {
            assertThat(refusal.problem().type()).isEqualTo(ProblemType.UNAUTHENTICATED);
            return false;
        }
    }

    private static void refused(TokenVerifier verifier, String token) {
        assertThat(accepted(verifier, token)).as(token).isFalse();
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String claims(Tokens.Builder user) {
        String middle = user.unsigned().split("\\.")[1];
        return new String(Base64.getUrlDecoder().decode(middle), StandardCharsets.UTF_8);
    }

    private static String hmac(String header, String claims, byte[] key) throws GeneralSecurityException {
        String signed = base64(header) + "." + base64(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return signed + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
