package dev.freshet.ticket.store;

import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import dev.freshet.ticket.config.TicketConfig;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/// A token bucket per user. It stands in Redis and goes by the clock of Redis, so that any number of replicas, with
/// clocks of their own, give out no more than one would. Safe for any thread.
@Singleton
public final class RateLimit {

    /// Instead of a count that somebody would have to refill, the bucket is the moment at which it will be full. A
    /// ticket moves that moment by the time that one ticket takes to refill; it must not lie further ahead than an
    /// empty bucket needs. A full bucket is no key at all.
    ///
    /// KEYS: the bucket. ARGV: burst, tickets per second. Answers the milliseconds to wait, 0 for a taken ticket.
    private static final Script TAKE = Script.of("""
            #!lua
            local cost = 1000000 / tonumber(ARGV[2])
            local depth = cost * tonumber(ARGV[1])
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local full = tonumber(redis.call('HGET', KEYS[1], 'full-at') or '0')
            -- The clock of another server may be behind, after a failover.
            full = math.min(math.max(full, now), now + depth)
            local wait = full + cost - now - depth
            if wait > 0 then return math.ceil(wait / 1000) end
            redis.call('HSET', KEYS[1], 'full-at', string.format('%.0f', full + cost))
            redis.call('PEXPIRE', KEYS[1], math.ceil((full + cost - now) / 1000))
            return 0
            """);

    private final RedisLink redis;
    private final List<String> arguments;

    RateLimit(RedisLink redis, TicketConfig config) {
        this.redis = redis;
        this.arguments = List.of(
                Integer.toString(config.rate().burst()),
                Double.toString(config.rate().perSecond()));
    }

    /// Takes one ticket out of the user's bucket. Fails with `RedisUnavailable`.
    ///
    /// @return zero if there was one, else after how long there will be one
    public Future<Duration> take(String userId) {
        return redis.run(TAKE, List.of(Keys.rateLimit("ticket", userId)), arguments)
                .map(answer -> Duration.ofMillis(answer.toLong()));
    }
}
