package dev.freshet.service.identity;

import static dev.freshet.service.identity.KeyServer.jwk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.testkit.Tokens;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A token that was found good once is not good for ever.
@NullUnmarked // its fields are set before the tests
class CheckedTokensHardeningTest {

    private static Vertx vertx;
    private static Tokens first;
    private static Tokens second;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        first = Tokens.create();
        second = Tokens.create();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    /// Stops a disconnected user from going on with a token that was found good before.
    @Test
    void aTokenIsCheckedOnceAndItsUserEachTime() {
        AtomicInteger parsed = new AtomicInteger();
        AtomicBoolean disconnected = new AtomicBoolean();
        ProblemException revoked = ProblemException.of(ProblemType.REVOKED, "disconnected");
        TokenVerifier verifier = Verifiers.of(
                first,
                vertx,
                parser -> counting(parser, parsed),
                caller -> disconnected.get() ? Future.failedFuture(revoked) : Future.succeededFuture(caller));
        String token = first.user("ada").channels("room:a").sign();

        Caller caller = accepted(verifier, token);
        assertThat(accepted(verifier, token)).isEqualTo(caller);
        assertThat(parsed).hasValue(1);

        disconnected.set(true);
        assertThat(refused(verifier, token)).isEqualTo(ProblemType.REVOKED);
    }

    /// Stops whoever changes a token that was found good, in its claims or its signature, from being let in as if
    /// it were that one.
    @Test
    void whatDiffersInOneCharacterIsAnotherToken() {
        TokenVerifier verifier = Verifiers.of(first, vertx);
        String token = first.user("ada").sign();
        accepted(verifier, token);

        for (int place = 0; place < token.length(); place++) {
            String other =
                    token.substring(0, place) + (token.charAt(place) == 'A' ? 'B' : 'A') + token.substring(place + 1);
            // The last character of a part has bits that are not used.
            if (place + 1 < token.length() && token.charAt(place + 1) != '.') {
                assertThat(refused(verifier, other)).as("place " + place).isEqualTo(ProblemType.UNAUTHENTICATED);
            }
        }
        assertThat(refused(verifier, token + "\u00a0")).isEqualTo(ProblemType.UNAUTHENTICATED);
        assertThat(refused(verifier, token + "\ud800")).isEqualTo(ProblemType.UNAUTHENTICATED);
    }

    /// Stops a token that was found good from outliving its end.
    @Test
    void itEndsWhenItSays() {
        TokenVerifier verifier = Verifiers.of(first, vertx);
        String token = first.user("ada").expiresIn(Duration.ofSeconds(3)).sign();
        accepted(verifier, token);

        await().until(() -> isRefused(verifier, token));
    }

    /// Stops a thief of a signing key from going on with tokens that were seen before its provider took the key
    /// away.
    @Test
    void itEndsWithItsKey() {
        try (KeyServer provider = new KeyServer()) {
            provider.publish(jwk("a", first), jwk("b", second));
            TokenVerifier verifier = rotating(provider);
            String token = first.user("ada").keyId("a").sign();
            accepted(verifier, token);

            provider.publish(jwk("b", second));

            await().until(() -> isRefused(verifier, token));
        }
    }

    /// Stops the same where the provider gives another key the name of the old one.
    @Test
    void anotherKeyUnderTheSameNameDoesNotBelieveIt() {
        try (KeyServer provider = new KeyServer()) {
            provider.publish(jwk("a", first));
            TokenVerifier verifier = rotating(provider);
            String old = first.user("ada").keyId("a").sign();
            accepted(verifier, old);

            provider.publish(jwk("a", second));

            await().until(() -> isRefused(verifier, old));
            accepted(verifier, second.user("ada").keyId("a").sign());
        }
    }

    /// Stops a clock that is set back from admitting a token before it begins: what was checked later may have
    /// had a `nbf` then.
    @Test
    void aClockThatWasSetBackHasItCheckedAgain() {
        CheckedTokens tokens = new CheckedTokens(1_000_000);
        CheckedTokens.Id id = CheckedTokens.Id.of("token");
        tokens.remember(id, "token", checked("ada", 1000, 2000));

        assertThat(tokens.find(id, "token", 999)).isNull();
        assertThat(tokens.find(id, "token", 1000)).isNotNull();
        assertThat(tokens.find(id, "token", 1999)).isNotNull();
        assertThat(tokens.find(id, "token", 2000)).isNull();
    }

    /// Stops a flood of good tokens from filling the memory, or from having everybody else's checked each time.
    @Test
    void whateverManyComeTheMemoryIsBoundedAndThoseInUseStay() {
        CheckedTokens tokens = new CheckedTokens(100_000);
        String text = "t".repeat(500);
        CheckedTokens.Id used = CheckedTokens.Id.of("used");
        tokens.remember(used, text, checked("ada", 0, Long.MAX_VALUE));

        for (int i = 0; i < 10_000; i++) {
            tokens.remember(CheckedTokens.Id.of("token " + i), text, checked("user-" + i, 0, Long.MAX_VALUE));
            assertThat(tokens.find(used, text, 1)).as("after " + i).isNotNull();
        }

        assertThat(tokens.size()).isBetween(30, 70);
        assertThat(tokens.find(CheckedTokens.Id.of("token 0"), text, 1)).isNull();
    }

    private static CheckedTokens.Checked checked(String user, long at, long expiresAt) {
        Caller caller = new Caller(user, null, Grants.NONE, Grants.NONE, List.of(), 0, expiresAt);
        return new CheckedTokens.Checked(caller, null, null, at);
    }

    private static TokenVerifier rotating(KeyServer provider) {
        return Verifiers.remote(
                provider.url(),
                vertx,
                Map.of("freshet.auth.keys.refresh-interval", "1S", "freshet.auth.keys.retry-interval", "100MS"));
    }

    private static JWTParser counting(JWTParser parser, AtomicInteger calls) {
        return (JWTParser) Proxy.newProxyInstance(
                JWTParser.class.getClassLoader(), new Class<?>[] {JWTParser.class}, (proxy, method, arguments) -> {
                    calls.incrementAndGet();
                    try {
                        return method.invoke(parser, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private static Caller accepted(TokenVerifier verifier, String token) {
        return verifier.verify(token).toCompletionStage().toCompletableFuture().join();
    }

    private static boolean isRefused(TokenVerifier verifier, String token) {
        try {
            accepted(verifier, token);
            return false;
        } catch (CompletionException refused) {
            return true;
        }
    }

    private static ProblemType refused(TokenVerifier verifier, String token) {
        ProblemType[] type = new ProblemType[1];
        assertThatThrownBy(() -> accepted(verifier, token))
                .cause()
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> type[0] = problem.problem().type());
        return type[0];
    }
}
