package dev.freshet.service.identity;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.ChannelKind;
import dev.freshet.contract.channel.ChannelPattern;
import dev.freshet.contract.channel.Grants;
import dev.freshet.contract.channel.Names;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import jakarta.json.JsonString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Checks a JWT (signature, issuer, audience, life) and reads what it grants. Safe for any thread.
@Singleton
public final class TokenVerifier {

    private static final Logger LOG = Logger.getLogger(TokenVerifier.class);

    private final JWTParser parser;
    private final AuthConfig config;
    private final Vertx vertx;
    private final boolean remoteKeys;

    TokenVerifier(
            JWTParser parser,
            AuthConfig config,
            Vertx vertx,
            @ConfigProperty(name = "mp.jwt.verify.publickey.location") String keyLocation,
            @ConfigProperty(name = "mp.jwt.verify.issuer") String issuer,
            @ConfigProperty(name = "mp.jwt.verify.audiences") Set<String> audiences) {
        if (keyLocation.isBlank() || issuer.isBlank() || audiences.isEmpty()) {
            throw new IllegalStateException("mp.jwt.verify.publickey.location, mp.jwt.verify.issuer and "
                    + "mp.jwt.verify.audiences must be set, or any token would do");
        }
        this.parser = parser;
        this.config = config;
        this.vertx = vertx;
        this.remoteKeys = keyLocation.startsWith("http");
    }

    /// The token's user. Fails with a 401 if the token is not valid, with a 403 if its user id cannot be one.
    ///
    /// With keys behind a URL it runs on a worker thread, for the keys may have to be fetched.
    public Future<Caller> verify(String token) {
        return remoteKeys
                ? vertx.executeBlocking(() -> parse(token), false)
                : Future.future(promise -> promise.complete(parse(token)));
    }

    private Caller parse(String token) {
        JsonWebToken jwt;
        try {
            jwt = parser.parse(token);
        } catch (ParseException e) {
            LOG.debugf("A token was refused: %s", e.getMessage());
            throw ProblemException.of(ProblemType.UNAUTHENTICATED, "The token is not valid or has expired.");
        }
        // The parser forgives 60 s of clock skew, but what is opened with a token ends with it: at once, here.
        if (TimeUnit.SECONDS.toMillis(jwt.getExpirationTime()) <= System.currentTimeMillis()) {
            throw ProblemException.of(ProblemType.UNAUTHENTICATED, "The token is not valid or has expired.");
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
                default -> throw new ContractViolation("pattern", "must be text");
            }
        }
        return texts;
    }
}
