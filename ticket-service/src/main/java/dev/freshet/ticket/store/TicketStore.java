package dev.freshet.ticket.store;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.ticket.Ticket;
import dev.freshet.contract.ticket.TicketRecord;
import dev.freshet.service.redis.RedisLink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/// Keeps tickets in Redis until they are redeemed or expire. The secret itself is never stored. Safe for any thread.
@Singleton
public final class TicketStore {

    private final RedisLink redis;
    private final Clock clock;
    private final RandomGenerator random;
    private final Counter issued;

    @Inject
    TicketStore(RedisLink redis, MeterRegistry meters) {
        this(redis, meters, Clock.systemUTC(), new SecureRandom());
    }

    /// @param random must be unpredictable, or else tickets can be guessed
    TicketStore(RedisLink redis, MeterRegistry meters, Clock clock, RandomGenerator random) {
        this.redis = redis;
        this.clock = clock;
        this.random = random;
        this.issued = Counter.builder("freshet.tickets.issued")
                .description("Connection tickets given out")
                .register(meters);
    }

    /// Makes a ticket that stands for `record`. Fails with `RedisUnavailable`; such a ticket is nobody's, even if
    /// Redis did store it.
    public Future<IssuedTicket> issue(TicketRecord record) {
        Ticket ticket = Ticket.random(random);
        long now = clock.millis();
        int life = lifeSeconds(now, record.expiresAt());
        return redis.send(Request.cmd(Command.SET)
                        .arg(Keys.ticket(ticket.hash()))
                        .arg(record.toJson())
                        .arg("EX")
                        .arg(life))
                .map(stored -> {
                    issued.increment();
                    return new IssuedTicket(ticket, now + life * 1000L, life);
                });
    }

    /// A ticket does not outlive its token, but for the last second, where a connection would end at once anyway.
    static int lifeSeconds(long now, long tokenExpiresAt) {
        return (int) Math.clamp((tokenExpiresAt - now) / 1000, 1L, Ticket.LIFE_SECONDS);
    }
}
