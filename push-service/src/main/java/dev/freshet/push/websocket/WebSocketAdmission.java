package dev.freshet.push.websocket;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.admission.Admission;
import dev.freshet.push.admission.ConnectionLimit;
import dev.freshet.push.admission.ConnectionLimit.Outcome;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.wire.Sockets;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.problem.ProblemAnswer;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisUnavailable;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides about `/ws` before the upgrade, so that a refusal can still be a problem with a status.
///
/// A route ahead of the WebSocket's own does it, for an upgrade check cannot write a body; the check then only
/// takes over what the route found out.
@ApplicationScoped
class WebSocketAdmission implements HttpUpgradeCheck {

    /// What the upgrade itself reads.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1">RFC 6455, section 4.2.1</a>
    private static final Set<String> HANDSHAKE = Set.of(
            "connection",
            "host",
            "sec-websocket-extensions",
            "sec-websocket-key",
            "sec-websocket-protocol",
            "sec-websocket-version",
            "upgrade");

    private static final Duration USER_WAIT = Duration.ofSeconds(5);

    private static final int QUEUE = 8;

    private final Admission admission;
    private final ConnectionLimit connections;
    private final Hub hub;
    private final ProblemAnswer problems;

    WebSocketAdmission(Admission admission, ConnectionLimit connections, Hub hub, ProblemAnswer problems) {
        this.admission = admission;
        this.connections = connections;
        this.hub = hub;
        this.problems = problems;
    }

    void start(@Observes StartupEvent event) {
        // WebSockets Next has a queue for each connection, which begins with so many places: 1 KB instead of 50 bytes.
        Infrastructure.setBufferSizeS(QUEUE);
    }

    void register(@Observes Router router) {
        router.get(WebSocketEndpoint.PATH).order(-1).handler(this::admit);
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(WebSocketEndpoint.class.getName());
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        Welcome welcome = Vertx.currentContext().getLocal(Welcome.CONTEXT_KEY);
        context.userData().put(WebSocketEndpoint.WELCOME, welcome);
        return CheckResult.permitUpgrade();
    }

    private void admit(RoutingContext context) {
        if (!isUpgrade(context.request())) {
            problems.send(
                    context, new ContractViolation("Upgrade", "must be websocket: this path takes WebSockets only"));
            return;
        }
        // Before a ticket is redeemed: another pod will ask for it.
        if (hub.current().connections().areRefused()) {
            // Or a proxy would come back to this pod for as long as it keeps the connection.
            context.response().putHeader("Connection", "close");
            context.response()
                    .endHandler(ended -> context.request().connection().close());
            problems.send(context, unavailable());
            return;
        }
        if (!hub.current().isReady() || connections.isFull()) {
            problems.send(context, unavailable());
            return;
        }
        // What the client sends meanwhile must not be lost to the upgrade.
        context.request().pause();
        admission.admit(context.request()).onComplete(admitted -> {
            context.request().resume();
            if (admitted.succeeded()) {
                enter(context, admitted.result());
            } else if (isUnauthenticated(admitted.cause())) {
                upgrade(context, null);
            } else {
                problems.send(context, admitted.cause() instanceof RedisUnavailable ? unavailable() : admitted.cause());
            }
        });
    }

    private void enter(RoutingContext context, Caller caller) {
        switch (connections.enter(caller.userId())) {
            case Outcome.Entered entered -> {
                Sockets.onEnd(context.request().connection(), entered::leave);
                upgrade(context, caller);
            }
            case Outcome.PodIsFull full -> problems.send(context, unavailable());
            case Outcome.UserHasTooMany many ->
                problems.send(
                        context, ProblemException.rateLimited(USER_WAIT, "This user has too many connections here."));
        }
    }

    private static void upgrade(RoutingContext context, @Nullable Caller caller) {
        forget(context);
        HttpServerRequest request = context.request();
        Welcome welcome = new Welcome(caller, request.getParam("after"), request.connection(), request.headers());
        Vertx.currentContext().putLocal(Welcome.CONTEXT_KEY, welcome);
        context.next();
    }

    /// For as long as it lives, a connection would keep a copy of all headers, tokens and cookies among them, and
    /// the context of its request for an identity that is Quarkus's and not used here.
    private static void forget(RoutingContext context) {
        MultiMap headers = context.request().headers();
        for (String name : List.copyOf(headers.names())) {
            if (!HANDSHAKE.contains(name.toLowerCase(Locale.ROOT))) {
                headers.remove(name);
            }
        }
        context.remove(QuarkusHttpUser.DEFERRED_IDENTITY_KEY);
    }

    /// By the same header by which origins are checked, so that nothing is upgraded whose origin was not.
    private static boolean isUpgrade(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
                && request.getHeader("Connection") != null
                && request.getHeader("Sec-WebSocket-Key") != null;
    }

    private static boolean isUnauthenticated(Throwable failure) {
        return failure instanceof ProblemException problem && problem.problem().type() == ProblemType.UNAUTHENTICATED;
    }

    private static ProblemException unavailable() {
        return ProblemException.retryAfter(
                1, ProblemType.UNAVAILABLE, "Connections cannot be admitted now; try again.");
    }
}
