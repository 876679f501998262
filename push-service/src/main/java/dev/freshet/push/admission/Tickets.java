package dev.freshet.push.admission;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.identity.Revocations;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Singleton;

/// Redeems tickets: each admits once, on whichever pod asks first.
///
/// @see <a href="https://redis.io/docs/latest/commands/getdel/">GETDEL</a>
@Singleton
public final class Tickets {

    private final RedisLink redis;
    private final Revocations revocations;

    Tickets(RedisLink redis, Revocations revocations) {
        this.redis = redis;
        this.revocations = revocations;
    }

    /// Fails with a 401 if the ticket is unknown, used or expired, with a 403 if its user was
    /// disconnected since the token behind it was issued, and as [RedisLink] does.
    public Future<Caller> redeem(String text) {
        if (!Ticket.isWellFormed(text)) {
            return refused();
        }
        return redis.send(Request.cmd(Command.GETDEL).arg(Keys.ticket(new Ticket(text).hash())))
                .compose(record -> {
                    if (record == null) {
                        return refused();
                    }
                    try {
                        Caller caller = Caller.of(TicketRecord.parse(record.toString()));
                        // A ticket is as old as the token it was given for, however late it was given.
                        return caller.expiresAt() > System.currentTimeMillis()
                                ? revocations.admitNow(caller)
                                : refused();
                    } catch (ContractViolation unreadable) {
                        return refused();
                    }
                });
    }

    private static Future<Caller> refused() {
        return Future.failedFuture(ProblemException.of(
                ProblemType.UNAUTHENTICATED, "The ticket is unknown, used or expired; get a new one."));
    }
}
