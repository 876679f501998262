package dev.freshet.service.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.contract.channel.Names;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.testkit.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;

/// Whatever stands in a token, also in one that is signed with the right key: it names a user, or it is a 401 or
/// a 403.
@NullUnmarked // its fields are set before the tests
class TokenVerifierPropertyTest {

    private static final Set<ProblemType> REFUSALS = Set.of(ProblemType.UNAUTHENTICATED, ProblemType.INVALID_IDENTITY);

    private static final String HEADER = "{\"alg\":\"RS256\"}";

    private static Vertx vertx;
    private static Tokens tokens;
    private static TokenVerifier local;
    private static KeyServer provider;
    private static TokenVerifier remote;

    @BeforeContainer
    static void start() {
        vertx = Vertx.vertx();
        tokens = Tokens.create();
        local = Verifiers.of(tokens, vertx);
        provider = new KeyServer();
        provider.publish(KeyServer.jwk("a", tokens));
        remote = Verifiers.remote(provider.url(), vertx, Map.of());
    }

    @AfterContainer
    static void stop() {
        provider.close();
        vertx.close();
    }

    @Provide
    Arbitrary<String> values() {
        Arbitrary<String> plain = Arbitraries.of(
                "null",
                "true",
                "0",
                "-1",
                "1.5",
                "1e400",
                "-1e400",
                "9223372036854775807",
                "9223372036854775808",
                "123456789012345678901234567890",
                "9999999999999",
                "\"\"",
                "\"ada\"",
                "\"me\"",
                "\"a b\"",
                "\"\\u0000\"",
                "\"room:*\"",
                "\"\\ud800\"",
                "[]",
                "{}",
                "[\"room:a\"]",
                "[\"room:a\",7]",
                "[null]",
                "[[\"room:a\"]]",
                "{\"a\":[1,{\"b\":null}]}",
                "[\"" + "r".repeat(200) + "\"]",
                "[\"room:*\",\"room:*\"]");
        return Arbitraries.oneOf(
                plain,
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.strings().alpha().numeric().ofMaxLength(140).map(text -> "\"" + text + "\""),
                plain.list().ofMaxSize(4).map(list -> "[" + String.join(",", list) + "]"));
    }

    /// A good token's claims, some of them changed.
    @Provide
    Arbitrary<String> claims() {
        Arbitrary<String> names = Arbitraries.of(
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nbf",
                "jti",
                "name",
                "channels",
                "publish",
                "groups",
                "upn",
                "preferred_username",
                "roles",
                "raw_token",
                "kid",
                "__proto__");
        return Arbitraries.maps(names, values()).ofMaxSize(4).map(changed -> {
            Map<String, String> claims = new LinkedHashMap<>(good());
            claims.putAll(changed);
            return object(claims);
        });
    }

    /// A good header, some of it changed.
    @Provide
    Arbitrary<String> headers() {
        Arbitrary<String> names =
                Arbitraries.of("alg", "typ", "kid", "cty", "crit", "jwk", "jku", "b64", "zip", "enc", "x5t");
        return Arbitraries.maps(names, values()).ofMinSize(1).ofMaxSize(3).map(changed -> {
            Map<String, String> header = new LinkedHashMap<>(Map.of("alg", "\"RS256\""));
            header.putAll(changed);
            return object(header);
        });
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> parts = Arbitraries.strings()
                .withChars("abcXYZ019-_=. \u0000\u00e9{}\"")
                .ofMaxLength(30);
        Arbitrary<String> broken = Combinators.combine(
                        Arbitraries.integers().between(0, 2000),
                        Arbitraries.strings().withChars("aZ9-_.= \u0000").ofMaxLength(2))
                .as((at, with) -> {
                    String token = tokens.sign(HEADER, object(good()));
                    int place = at % token.length();
                    return token.substring(0, place) + with + token.substring(place + at % 2);
                });
        return Arbitraries.oneOf(parts.list().ofMaxSize(6).map(list -> String.join(".", list)), broken);
    }

    /// Stops a provider's odd claims, signed with the right key, from making a user of what is none, or an error
    /// of ours.
    @Property(tries = 2000)
    void anyClaimsAreAnIdentityOrARefusal(@ForAll("claims") String claims) {
        judge(local, tokens.sign(HEADER, claims));
        judge(remote, tokens.sign(HEADER, claims));
    }

    /// Stops the same by claims that are no object at all.
    @Property(tries = 500)
    void anyJsonAsClaimsIsAnIdentityOrARefusal(@ForAll("values") String claims) {
        assertThat(judge(local, tokens.sign(HEADER, claims))).isFalse();
        assertThat(judge(remote, tokens.sign(HEADER, claims))).isFalse();
    }

    /// Stops whoever plays with a token's header from finding one that is let in, or that breaks something.
    @Property(tries = 1000)
    void anyHeaderIsAnIdentityOrARefusal(@ForAll("headers") String header) {
        judge(local, tokens.sign(header, object(good())));
        judge(remote, tokens.sign(header, object(good())));
    }

    /// Stops whoever sends any text for a token from being let in, or breaking something.
    @Property(tries = 2000)
    void anyTextIsAnIdentityOrARefusal(@ForAll("texts") String token) {
        judge(local, token);
        judge(remote, token);
    }

    /// Whether it was let in, now and the next time.
    private static boolean judge(TokenVerifier verifier, String token) {
        boolean first = judgeOnce(verifier, token);
        assertThat(judgeOnce(verifier, token)).isEqualTo(first);
        return first;
    }

    private static boolean judgeOnce(TokenVerifier verifier, String token) {
        Future<Caller> verdict = verifier.verify(token);
        try {
            verdict.toCompletionStage().toCompletableFuture().join();
        } catch (java.util.concurrent.CompletionException refused) {
            assertThat(refused)
                    .cause()
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            problem -> assertThat(problem.problem().type()).isIn(REFUSALS));
            return false;
        }
        Caller caller = verdict.result();
        assertThat(Names.isUserId(caller.userId())).isTrue();
        assertThat(caller.expiresAt()).isGreaterThan(System.currentTimeMillis() - 60_000);
        // And it fits a ticket, which is made of it.
        caller.toTicket(caller.subscribe(), caller.publish());
        return true;
    }

    private static Map<String, String> good() {
        long now = Instant.now().getEpochSecond();
        Map<String, String> claims = new LinkedHashMap<>();
        claims.put("iss", "\"" + Tokens.ISSUER + "\"");
        claims.put("aud", "\"" + Tokens.AUDIENCE + "\"");
        claims.put("sub", "\"ada\"");
        claims.put("iat", Long.toString(now));
        claims.put("exp", Long.toString(now + 600));
        claims.put("channels", "[\"room:*\"]");
        return claims;
    }

    private static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
