package dev.freshet.ticket.store;

import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Rate;
import dev.freshet.service.limit.SharedBucket;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.ticket.config.TicketConfig;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;

/// How many tickets a user takes, over all replicas. Safe for any thread.
@Singleton
public final class TicketRate {

    private final SharedBucket bucket;
    private final Limited limited;

    TicketRate(RedisLink redis, TicketConfig config, Limited limited) {
        TicketConfig.Rate rate = config.rate();
        this.bucket = new SharedBucket(redis, "ticket", new Rate(rate.burst(), rate.perSecond()));
        this.limited = limited;
    }

    /// Takes one ticket out of the user's bucket. Fails with `RedisUnavailable`.
    ///
    /// @return zero if there was one, else after how long there will be one
    public Future<Duration> take(String userId) {
        return bucket.take(userId).onSuccess(wait -> {
            if (!wait.isZero()) {
                limited.count(Limited.Limit.TICKETS);
            }
        });
    }
}
