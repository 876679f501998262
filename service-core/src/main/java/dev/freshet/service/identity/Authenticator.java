package dev.freshet.service.identity;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.Set;

/// Finds out who sends a request: a JWT in `Authorization: Bearer`, or else in the cookie.
@Singleton
public final class Authenticator {

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final TokenVerifier verifier;
    private final AuthConfig config;
    private final Origins origins;

    Authenticator(TokenVerifier verifier, AuthConfig config, Origins origins) {
        this.verifier = verifier;
        this.config = config;
        this.origins = origins;
    }

    /// Fails with a [ProblemException]: 401 without a valid token; 403 if the user id cannot be used, if the user
    /// was disconnected since the token was issued, or if a cookie is to authorize a write that another site's
    /// page asks for. Fails with `RedisUnavailable` if Redis cannot be asked about the user.
    public Future<Caller> authenticate(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        if (header != null) {
            return header.regionMatches(true, 0, "Bearer ", 0, 7)
                    ? verifier.verify(header.substring(7).trim())
                    : unauthenticated();
        }
        Cookie cookie = request.getCookie(config.cookie());
        if (cookie == null) {
            return unauthenticated();
        }
        // A browser sends cookies along whoever wrote the page, so the page must be one of ours.
        if (!SAFE.contains(request.method()) && !origins.mayWriteWithCookie(request)) {
            return Future.failedFuture(ProblemException.of(
                    ProblemType.FORBIDDEN_ORIGIN, "Pages of this origin may not write with a cookie."));
        }
        return verifier.verify(cookie.getValue());
    }

    private static Future<Caller> unauthenticated() {
        return Future.failedFuture(ProblemException.of(
                ProblemType.UNAUTHENTICATED, "Send a token as Authorization: Bearer, or in the cookie."));
    }
}
