package dev.freshet.service.identity;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.ChannelPattern;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonString;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/// Checks a JWT (signature, issuer, audience, life, revocation) and reads what it grants. Safe for any thread.
@Singleton
public final class TokenVerifier {

    private static final Logger LOG = Logger.getLogger(TokenVerifier.class);

    /// Some thousands of tokens of the usual size.
    private static final long MAX_CHECKED_BYTES = 16 * 1024 * 1024;

    private final JWTParser parser;
    private final AuthConfig config;
    private final CheckedTokens checked = new CheckedTokens(MAX_CHECKED_BYTES);
    private final Function<Caller, Future<Caller>> revocations;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final String keyLocation;

    /// `null` where the key is a file's.
    private final @Nullable RemoteKeys keys;

    @Inject
    TokenVerifier(
            JWTParser parser,
            AuthConfig config,
            Revocations revocations,
            Vertx vertx,
            TlsConfigurationRegistry tls,
            MeterRegistry meters,
            @ConfigProperty(name = "mp.jwt.verify.publickey.location") String keyLocation,
            @ConfigProperty(name = "mp.jwt.verify.issuer") String issuer,
            @ConfigProperty(name = "mp.jwt.verify.audiences") Set<String> audiences) {
        this(
                parser,
                config,
                revocations::admit,
                vertx,
                clientOptions(tls, config.keys()),
                meters,
                keyLocation,
                issuer,
                audiences);
    }

    /// @param revocations completes with the caller, or fails if it was disconnected
    /// @param client how keys behind a URL are asked for
    TokenVerifier(
            JWTParser parser,
            AuthConfig config,
            Function<Caller, Future<Caller>> revocations,
            Vertx vertx,
            HttpClientOptions client,
            MeterRegistry meters,
            String keyLocation,
            String issuer,
            Set<String> audiences) {
        if (keyLocation.isBlank() || issuer.isBlank() || audiences.isEmpty()) {
            throw new IllegalStateException("mp.jwt.verify.publickey.location, mp.jwt.verify.issuer and "
                    + "mp.jwt.verify.audiences must be set, or any token would do");
        }
        this.parser = parser;
        this.config = config;
        this.revocations = revocations;
        this.keyLocation = keyLocation;
        this.keys = keyLocation.startsWith("http") ? remote(vertx, client, keyLocation, config.keys(), meters) : null;
    }

    /// First of all that look at settings: without a key nothing else matters.
    void start(@Observes @Priority(1) StartupEvent event, Instance<JWTAuthContextInfo> jwt) {
        if (keys != null) {
            // The provider may come up later.
            return;
        }
        try {
            KeyFile.check(keyLocation, () -> jwt.get().getSignatureAlgorithm());
        } catch (IllegalStateException unusable) {
            // Quarkus says what is wrong with a configuration in one line, and not where it was found.
            throw new ConfigurationException("Cannot start: " + unusable.getMessage() + ".");
        }
    }

    private static HttpClientOptions clientOptions(TlsConfigurationRegistry registry, AuthConfig.Keys config) {
        HttpClientOptions options = new HttpClientOptions();
        config.tlsConfigurationName().ifPresent(name -> {
            TlsConfiguration tls = registry.get(name)
                    .orElseThrow(() -> new IllegalStateException("freshet.auth.keys.tls-configuration-name is " + name
                            + ", but nothing is set below quarkus.tls." + name));
            TlsConfigUtils.configure(options, tls);
        });
        return options;
    }

    private static RemoteKeys remote(
            Vertx vertx, HttpClientOptions client, String url, AuthConfig.Keys config, MeterRegistry meters) {
        if (config.refreshInterval().compareTo(Duration.ofSeconds(1)) < 0
                || config.retryInterval().compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalStateException("freshet.auth.keys.refresh-interval must be at least 1 s, and"
                    + " freshet.auth.keys.retry-interval at least 100 ms");
        }
        return new RemoteKeys(
                vertx, client, url, config.refreshInterval(), config.retryInterval(), System::nanoTime, meters);
    }

    /// The token's user. Fails with a 401 if the token is not valid, with a 403 if its user id cannot be one or
    /// was disconnected since the token was issued, and with `RedisUnavailable` if that cannot be found out.
    ///
    /// With keys behind a URL, one that is not known yet may have to be fetched first.
    public Future<Caller> verify(String token) {
        if (!isAscii(token)) {
            return Future.failedFuture(invalid());
        }
        CheckedTokens.Id id = CheckedTokens.Id.of(token);
        CheckedTokens.Checked known = checked.find(id, token, System.currentTimeMillis());
        return (keys == null ? byFile(token, id, known) : byRemote(keys, token, id, known)).compose(revocations);
    }

    private Future<Caller> byFile(String token, CheckedTokens.Id id, CheckedTokens.@Nullable Checked known) {
        return known != null
                ? Future.succeededFuture(known.caller())
                : Future.future(promise -> promise.complete(check(() -> parser.parse(token), token, id, null, null)));
    }

    private Future<Caller> byRemote(
            RemoteKeys remote, String token, CheckedTokens.Id id, CheckedTokens.@Nullable Checked known) {
        String keyId;
        try {
            keyId = known != null
                    ? known.keyId()
                    : JsonWebStructure.fromCompactSerialization(token).getKeyIdHeaderValue();
        } catch (JoseException | RuntimeException e) {
            // Also where the id is no text.
            return Future.failedFuture(invalid());
        }
        return remote.find(keyId).map(key -> {
            if (key == null) {
                LOG.debug("A token was refused: its key is not known");
                throw invalid();
            }
            // The algorithm must be one of this key's kind, whatever the token says.
            return known != null && key.equals(known.key())
                    ? known.caller()
                    : check(() -> parser.verify(token, key), token, id, keyId, key);
        });
    }

    /// RFC 7515, section 3.1: a token is ASCII. So its bytes are its text, and two tokens are never one.
    private static boolean isAscii(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (token.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    private Caller check(
            Parse parse, String token, CheckedTokens.Id id, @Nullable String keyId, @Nullable PublicKey key) {
        long now = System.currentTimeMillis();
        Caller caller = caller(parse);
        checked.remember(id, token, new CheckedTokens.Checked(caller, keyId, key, now));
        return caller;
    }

    @FunctionalInterface
    private interface Parse {
        JsonWebToken run() throws ParseException;
    }

    private static ProblemException invalid() {
        return ProblemException.of(ProblemType.UNAUTHENTICATED, "The token is not valid or has expired.");
    }

    private Caller caller(Parse parse) {
        JsonWebToken jwt;
        try {
            jwt = parse.run();
        } catch (ParseException e) {
            LOG.debugf("A token was refused: %s", e.getMessage());
            throw invalid();
        } catch (RuntimeException e) {
            // The parser casts what it expects in headers and claims: a header `alg` that is a number.
            LOG.debugf("A token was refused: %s", e.getClass().getName());
            throw invalid();
        }
        try {
            return read(jwt);
        } catch (ClassCastException e) {
            // The same in claims that it reads on demand.
            throw ProblemException.of(ProblemType.INVALID_IDENTITY, "A claim of the token has the wrong form.");
        }
    }

    private Caller read(JsonWebToken jwt) {
        // The parser forgives 60 s of clock skew, but what is opened with a token ends with it: at once, here.
        if (TimeUnit.SECONDS.toMillis(jwt.getExpirationTime()) <= System.currentTimeMillis()) {
            throw invalid();
        }
        if (jwt.getIssuedAtTime() > 0) {
            noticeLongLife(jwt.getExpirationTime() - jwt.getIssuedAtTime());
        }
        String user = text(jwt, config.userClaim());
        if (user == null || !Names.isUserId(user)) {
            throw ProblemException.of(
                    ProblemType.INVALID_IDENTITY,
                    "The token's claim " + config.userClaim() + " must be 1 to 128 of A-Za-z0-9_.@- "
                            + "and neither me nor notifications.");
        }
        try {
            List<ChannelPattern> subscribe =
                    new ArrayList<>(Grants.parse(texts(jwt, "channels")).patterns());
            if (config.broadcastsReadable()) {
                subscribe.add(new ChannelPattern(ChannelKind.BROADCAST, "", true));
            }
            return new Caller(
                    user,
                    text(jwt, "name"),
                    new Grants(subscribe),
                    Grants.parse(texts(jwt, "publish")),
                    texts(jwt, "groups"),
                    TimeUnit.SECONDS.toMillis(jwt.getIssuedAtTime()),
                    TimeUnit.SECONDS.toMillis(jwt.getExpirationTime()));
        } catch (ContractViolation violation) {
            throw ProblemException.of(
                    ProblemType.INVALID_IDENTITY,
                    "The token's claims channels and publish must be lists of kind:name, kind:prefix* or kind:*.");
        }
    }

    /// Once is enough: it is a matter of settings.
    private void noticeLongLife(long seconds) {
        if (seconds > config.maxTokenLife().toSeconds() && warned.compareAndSet(false, true)) {
            LOG.warnf(
                    "Tokens live longer (%d s) than freshet.auth.max-token-life (%d s): "
                            + "one that was revoked is believed again in the rest of its life.",
                    seconds, config.maxTokenLife().toSeconds());
        }
    }

    private static @Nullable String text(JsonWebToken jwt, String claim) {
        return switch (jwt.<Object>getClaim(claim)) {
            case String text -> text;
            case JsonString json -> json.getString();
            case null, default -> null;
        };
    }

    private static List<String> texts(JsonWebToken jwt, String claim) {
        Object value = jwt.getClaim(claim);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof Collection<?> elements)) {
            throw new ContractViolation("pattern", "must stand in a list");
        }
        List<String> texts = new ArrayList<>(elements.size());
        for (Object element : elements) {
            switch (element) {
                case String text -> texts.add(text);
                case JsonString json -> texts.add(json.getString());
                case null, default -> throw new ContractViolation("pattern", "must be text");
            }
        }
        return texts;
    }
}
