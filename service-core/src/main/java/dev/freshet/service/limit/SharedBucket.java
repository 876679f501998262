package dev.freshet.service.limit;

import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/// A token bucket per user. It stands in Redis and goes by the clock of Redis, so that any number of replicas,
/// with clocks of their own, give out no more than one would. Safe for any thread.
public final class SharedBucket {

    /// Instead of a count that somebody would have to refill, the bucket is the moment at which it will be full.
    /// A token moves that moment by the time that one takes to come. A full bucket is no key at all.
    ///
    /// Who finds one token takes all that are wanted, also those that are not there yet: else a request for more
    /// than the burst would never pass. The debt is paid before anybody gets another one; what would take longer
    /// than the longest debt is forgiven.
    ///
    /// KEYS: the bucket. ARGV: burst, tokens per second, tokens wanted, longest debt in ms. Answers the
    /// milliseconds to wait, 0 for taken tokens.
    private static final Script TAKE = Script.of("""
            #!lua
            local cost = 1000000 / tonumber(ARGV[2])
            local depth = cost * tonumber(ARGV[1])
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local latest = now + depth + tonumber(ARGV[4]) * 1000
            local known = redis.call('HMGET', KEYS[1], 'full-at', 'at')
            local full, at = tonumber(known[1] or '0'), tonumber(known[2] or '0')
            -- The clock was set back, or is another server's after a failover: nobody shall wait for that.
            if at > now then full = full - (at - now) end
            full = math.min(math.max(full, now), latest)
            local wait = full + cost - now - depth
            if wait > 0 then return math.ceil(wait / 1000) end
            full = math.min(full + cost * tonumber(ARGV[3]), latest)
            redis.call('HSET', KEYS[1], 'full-at', string.format('%.0f', full), 'at', string.format('%.0f', now))
            redis.call('PEXPIRE', KEYS[1], math.ceil((full - now) / 1000))
            return 0
            """);

    private final RedisLink redis;
    private final String what;
    private final Rate rate;
    private final Duration longestDebt;

    /// One whose tokens are taken one by one.
    ///
    /// @param what is limited, in the key
    public SharedBucket(RedisLink redis, String what, Rate rate) {
        this(redis, what, rate, Duration.ZERO);
    }

    /// @param longestDebt what a user may have to wait beyond an empty bucket's first token, after having taken
    ///     more than there was
    public SharedBucket(RedisLink redis, String what, Rate rate, Duration longestDebt) {
        this.redis = redis;
        this.what = what;
        this.rate = rate;
        this.longestDebt = longestDebt;
    }

    /// Takes one token out of the user's bucket. Fails with `RedisUnavailable`.
    ///
    /// @return zero if there was one, else after how long there will be one
    public Future<Duration> take(String userId) {
        return take(userId, 1);
    }

    /// The same for several at once.
    public Future<Duration> take(String userId, int tokens) {
        if (rate.isOff()) {
            return Future.succeededFuture(Duration.ZERO);
        }
        List<Object> arguments = List.of(rate.burst(), rate.perSecond(), tokens, longestDebt.toMillis());
        return redis.run(TAKE, List.of(Keys.rateLimit(what, userId)), arguments)
                .map(answer -> Duration.ofMillis(answer.toLong()));
    }
}
