package dev.freshet.push.admission;

import dev.freshet.service.identity.AuthConfig;
import dev.freshet.service.identity.Authenticator;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.identity.TokenVerifier;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

/// Finds out who opens a stream.
///
/// `?ticket=` takes a ticket; `?token=` too, and a JWT where the operator allows it; else a JWT comes by header
/// or cookie. What stands in the URL wins: it was put there for this stream.
@Singleton
public final class Admission {

    private final Authenticator authenticator;
    private final TokenVerifier verifier;
    private final Tickets tickets;
    private final Handshakes handshakes;
    private final boolean tokenInQuery;

    Admission(
            Authenticator authenticator,
            TokenVerifier verifier,
            Tickets tickets,
            Handshakes handshakes,
            AuthConfig config) {
        this.authenticator = authenticator;
        this.verifier = verifier;
        this.tickets = tickets;
        this.handshakes = handshakes;
        this.tokenInQuery = config.tokenInQuery();
    }

    /// Fails as [Authenticator#authenticate], [TokenVerifier#verify] and [Tickets#redeem] do, and with a 429 if
    /// the client's address failed or opened too often; then the ticket was not used up.
    public Future<Caller> admit(HttpServerRequest request) {
        ProblemException refusal = handshakes.refusal(request);
        if (refusal != null) {
            return Future.failedFuture(refusal);
        }
        return identify(request).onFailure(failure -> handshakes.refused(request, failure));
    }

    private Future<Caller> identify(HttpServerRequest request) {
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
