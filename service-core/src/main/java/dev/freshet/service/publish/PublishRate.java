package dev.freshet.service.publish;

import dev.freshet.service.identity.Caller;
import dev.freshet.service.limit.LeasedBucket;
import dev.freshet.service.limit.Limited;
import dev.freshet.service.limit.Rate;
import dev.freshet.service.limit.SharedBucket;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;

/// How many events a user publishes, over REST and WebSockets and over all replicas of both services: they share
/// one bucket. Safe for any thread.
@Singleton
public final class PublishRate {

    /// A request of 500 events to 500 channels each does not silence its user for longer.
    private static final Duration LONGEST_DEBT = Duration.ofMinutes(1);

    /// Users that publish at a time. Those beyond ask Redis more often, and that is all.
    private static final int USERS = 10_000;

    private final LeasedBucket bucket;
    private final Set<String> exempt;
    private final Limited limited;

    PublishRate(RedisLink redis, RateConfig config, Limited limited) {
        Rate rate = Rate.of("freshet.publish.rate", config.burst(), config.perSecond());
        this.bucket = new LeasedBucket(new SharedBucket(redis, "publish", rate, LONGEST_DEBT), rate, USERS);
        this.exempt = Set.copyOf(config.exemptGroups());
        this.limited = limited;
    }

    /// Takes as many events out of the caller's bucket. Fails with a 429, or with `RedisUnavailable`.
    ///
    /// @param events at least 1
    public Future<Void> take(Caller caller, int events) {
        if (!Collections.disjoint(exempt, caller.groups())) {
            return Future.succeededFuture();
        }
        return bucket.take(caller.userId(), events).compose(wait -> {
            if (wait.isZero()) {
                return Future.succeededFuture();
            }
            limited.count(Limited.Limit.PUBLISHES);
            return Future.failedFuture(ProblemException.rateLimited(
                    wait, "This user published too many events; wait before the next ones."));
        });
    }
}
