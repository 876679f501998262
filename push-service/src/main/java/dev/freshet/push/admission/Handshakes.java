package dev.freshet.push.admission;

import dev.freshet.contract.problem.ProblemType;
import dev.freshet.push.config.LimitsConfig;
import dev.freshet.service.limit.AddressBuckets;
import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Rate;
import dev.freshet.service.problem.ProblemException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// How often an address opens something, and how often it fails: who sends worthless tokens and tickets in a
/// flood does not get them all checked. Safe for any thread.
///
/// The address is that of the connection. What a request says about it (`X-Forwarded-For`) counts only where
/// `quarkus.http.proxy` says that a proxy may be believed, for anybody can say it.
@Singleton
final class Handshakes {

    private static final Logger LOG = Logger.getLogger(Handshakes.class);

    /// Some megabytes at most.
    private static final int ADDRESSES = 20_000;

    /// For clients that are told to wait: many of them, behind one address.
    private static final Duration WAIT = Duration.ofSeconds(2);

    private final AddressBuckets failures;
    private final AddressBuckets opens;
    private final Limited limited;
    private final AtomicBoolean warned = new AtomicBoolean();

    Handshakes(LimitsConfig config, Limited limited) {
        this.failures = new AddressBuckets(
                Rate.of(
                        "freshet.push.limits.failures",
                        config.failures().burst(),
                        config.failures().perSecond()),
                ADDRESSES);
        this.opens = new AddressBuckets(
                Rate.of(
                        "freshet.push.limits.opens",
                        config.opens().burst(),
                        config.opens().perSecond()),
                ADDRESSES);
        this.limited = limited;
    }

    /// Whether an address may try, before its token or ticket is looked at.
    ///
    /// @return `null` if so, else a 429
    @Nullable
    ProblemException refusal(HttpServerRequest request) {
        String address = address(request);
        long now = System.nanoTime();
        if (!failures.hasToken(address, now)) {
            limited.count(Limited.Limit.FAILURES);
            warn(request);
            return ProblemException.rateLimited(WAIT, "Too many tokens or tickets of this address were no good.");
        }
        if (!opens.take(address, now)) {
            limited.count(Limited.Limit.OPENS);
            warn(request);
            return ProblemException.rateLimited(WAIT, "This address opens too many connections.");
        }
        return null;
    }

    /// An address was not let in.
    void refused(HttpServerRequest request, Throwable failure) {
        if (failure instanceof ProblemException problem && problem.problem().type() == ProblemType.UNAUTHENTICATED) {
            failures.take(address(request), System.nanoTime());
        }
    }

    /// The usual reason for an address with so many clients.
    private void warn(HttpServerRequest request) {
        boolean forwarded = request.headers().contains("X-Forwarded-For")
                || request.headers().contains("Forwarded");
        if (forwarded && warned.compareAndSet(false, true)) {
            LOG.warn("An address is over freshet.push.limits, and its requests name another one: if it is a proxy,"
                    + " see quarkus.http.proxy in the configuration reference");
        }
    }

    private static @Nullable String address(HttpServerRequest request) {
        return request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    }
}
