package dev.freshet.service.identity;

import dev.freshet.testkit.Tokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Verifiers as a service makes them, without a service.
final class Verifiers {

    private Verifiers() {}

    /// With the key of a file.
    static TokenVerifier of(Tokens tokens, Vertx vertx) {
        return of(tokens, vertx, parser -> parser, Future::succeededFuture);
    }

    /// With the key of a file.
    ///
    /// @param around the parser
    static TokenVerifier of(
            Tokens tokens, Vertx vertx, UnaryOperator<JWTParser> around, Function<Caller, Future<Caller>> revocations) {
        JWTAuthContextInfo info = info();
        info.setPublicKeyLocation(tokens.publicKeyFile().toUri().toString());
        return new TokenVerifier(
                around.apply(new DefaultJWTParser(info)),
                config(Map.of()),
                revocations,
                vertx,
                new HttpClientOptions(),
                new SimpleMeterRegistry(),
                info.getPublicKeyLocation(),
                Tokens.ISSUER,
                Set.of(Tokens.AUDIENCE));
    }

    /// With the keys at a URL.
    static TokenVerifier remote(String url, Vertx vertx, Map<String, String> settings) {
        JWTAuthContextInfo info = info();
        info.setPublicKeyLocation(url);
        return new TokenVerifier(
                new DefaultJWTParser(info),
                config(settings),
                Future::succeededFuture,
                vertx,
                new HttpClientOptions(),
                new SimpleMeterRegistry(),
                url,
                Tokens.ISSUER,
                Set.of(Tokens.AUDIENCE));
    }

    private static JWTAuthContextInfo info() {
        JWTAuthContextInfo info = new JWTAuthContextInfo();
        info.setIssuedBy(Tokens.ISSUER);
        info.setExpectedAudience(Set.of(Tokens.AUDIENCE));
        info.setRequireNamedPrincipal(false);
        info.setClockSkew(60);
        return info;
    }

    private static AuthConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(AuthConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(AuthConfig.class);
    }
}
