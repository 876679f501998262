package dev.freshet.push.admission;

import dev.freshet.service.identity.AuthConfig;
import dev.freshet.service.identity.Authenticator;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.identity.TokenVerifier;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/// Finds out who opens a stream.
///
/// `?ticket=` takes a ticket; `?token=` too, and a JWT where the operator allows it; else a JWT comes by header or
/// cookie. What stands in the URL wins: it was put there for this stream.
@Singleton
public final class Admission {

    private final Authenticator authenticator;
    private final TokenVerifier verifier;
    private final Tickets tickets;
    private final boolean tokenInQuery;

    Admission(Authenticator authenticator, TokenVerifier verifier, Tickets tickets, AuthConfig config) {
        this.authenticator = authenticator;
        this.verifier = verifier;
        this.tickets = tickets;
        this.tokenInQuery = config.tokenInQuery();
    }

    /// Fails as [Authenticator#authenticate], [TokenVerifier#verify] and [Tickets#redeem] do.
    public Future<Caller> admit(HttpServerRequest request) {
        String ticket = request.getParam("ticket");
        if (ticket != null) {
            return tickets.redeem(ticket);
        }
        String token = request.getParam("token");
        if (token != null) {
            boolean jwt = tokenInQuery && token.indexOf('.') >= 0;
            return jwt ? verifier.verify(token) : tickets.redeem(token);
        }
        return authenticator.authenticate(request);
    }
}
