package dev.freshet.service.identity;

import dev.freshet.contract.log.Keys;
import dev.freshet.contract.problem.ProblemType;
import dev.freshet.service.problem.ProblemException;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Who was disconnected, and whose tokens and tickets are refused because of it. Safe for any thread.
///
/// The time of a revocation is that of the clock of Redis, the one clock that all replicas have in common; the
/// time of a token is that of its issuer. What is older by that comparison is refused.
@Singleton
public final class Revocations {

    /// A disconnect counts everywhere after so long, ms. Until then a user whom this process asked Redis about is
    /// not asked for again: a hot publisher costs two reads a second.
    static final long STALE_MS = 500;

    /// Users about whom is known at a time what Redis said, about.
    private static final int MOST_KNOWN = 10_000;

    /// What clocks differ by beyond what the settings say does not let a token outlive its revocation.
    private static final Duration MARGIN = Duration.ofMinutes(1);

    /// More than the pods miss in an outage; each of them looks its own users up from time to time, too.
    private static final int MOST_NEWS = 10_000;

    /// Tokens name the second in which they were issued, and one of the revocation's own second may be older.
    private static final long RESOLUTION_MS = 1000;

    private static final Duration LONGEST_LIFE = Duration.ofDays(3660);
    private static final Duration LARGEST_SKEW = Duration.ofMinutes(10);

    /// A clock that was set back does not give back what was taken.
    ///
    /// KEYS: the user's revocation. ARGV: ms that it counts for later tokens, ms to remember it. Answers its
    /// time.
    private static final Script REVOKE = Script.of("""
            #!lua
            local time = redis.call('TIME')
            local at = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
            at = math.max(at, tonumber(redis.call('GET', KEYS[1]) or '0') or 0)
            local text = string.format('%.0f', at)
            redis.call('SET', KEYS[1], text, 'PX', ARGV[2])
            return text
            """);

    private record Known(long revokedAt, long readAt) {}

    private final RedisLink redis;
    private final Duration life;
    private final Duration skew;
    private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong();

    Revocations(RedisLink redis, AuthConfig config) {
        this.redis = redis;
        this.life = config.maxTokenLife();
        this.skew = config.clockSkew();
        if (life.compareTo(Duration.ofSeconds(1)) < 0 || life.compareTo(LONGEST_LIFE) > 0) {
            throw new IllegalStateException("freshet.auth.max-token-life must be 1 s to 3660 days, not " + life);
        }
        if (skew.isNegative() || skew.compareTo(LARGEST_SKEW) > 0) {
            throw new IllegalStateException("freshet.auth.clock-skew must be 0 s to 10 minutes, not " + skew);
        }
    }

    /// Whether a revocation refuses what was issued then.
    ///
    /// @param issuedAt ms since 1970, by the second; 0 if it is not known
    /// @param revokedAt ms since 1970; 0 if there was none
    public static boolean refuse(long issuedAt, long revokedAt) {
        return revokedAt > 0 && issuedAt / RESOLUTION_MS <= revokedAt / RESOLUTION_MS;
    }

    /// Completes with the caller, unless disconnected since the token was issued: then it fails with a 403. It
    /// knows what Redis said up to [#STALE_MS] ago. Fails with `RedisUnavailable`: who cannot be asked about is
    /// not let in.
    public Future<Caller> admit(Caller caller) {
        Known recent = known.get(caller.userId());
        return recent != null && now() - recent.readAt < STALE_MS ? judge(caller, recent.revokedAt) : admitNow(caller);
    }

    /// The same by what Redis says now.
    public Future<Caller> admitNow(Caller caller) {
        long now = now();
        return revokedAt(caller.userId()).compose(at -> {
            remember(caller.userId(), at, now);
            return judge(caller, at);
        });
    }

    /// When the user was disconnected last, ms since 1970; 0 if that does not count any more. Fails with
    /// `RedisUnavailable`.
    public Future<Long> revokedAt(String userId) {
        return redis.send(Request.cmd(Command.GET).arg(Keys.revoked(userId))).map(Revocations::time);
    }

    /// Refuses all that was issued to the user until now, and tells the pods. It may be repeated. Fails with
    /// `RedisUnavailable`; then it may have been done in part.
    ///
    /// @param by who does it
    /// @param reason for people
    public Future<Void> revoke(String userId, String by, @Nullable String reason) {
        long keep = life.plus(skew).plus(MARGIN).toMillis();
        return redis.run(REVOKE, List.of(Keys.revoked(userId)), List.of(skew.toMillis(), keep))
                .compose(at -> {
                    remember(userId, time(at), now());
                    Request news = Request.cmd(Command.XADD)
                            .arg(Keys.revocations())
                            .arg("MAXLEN")
                            .arg("~")
                            .arg(MOST_NEWS)
                            .arg("*")
                            .arg("user")
                            .arg(userId)
                            .arg("at")
                            .arg(at.toString())
                            .arg("by")
                            .arg(by);
                    return redis.send(reason == null ? news : news.arg("reason").arg(reason));
                })
                .mapEmpty();
    }

    /// What is no time, somebody else wrote; it refuses everything rather than nothing.
    static long time(@Nullable Response value) {
        if (value == null) {
            return 0;
        }
        try {
            return Math.max(0, Long.parseLong(value.toString()));
        } catch (NumberFormatException foreign) {
            return Long.MAX_VALUE;
        }
    }

    private static Future<Caller> judge(Caller caller, long revokedAt) {
        return refuse(caller.issuedAt(), revokedAt)
                ? Future.failedFuture(
                        ProblemException.of(ProblemType.REVOKED, "The user was disconnected; sign in again."))
                : Future.succeededFuture(caller);
    }

    private void remember(String userId, long at, long readAt) {
        long before = sweptAt.get();
        if (readAt - before >= STALE_MS && sweptAt.compareAndSet(before, readAt)) {
            known.values().removeIf(each -> readAt - each.readAt >= STALE_MS);
        }
        if (known.size() < MOST_KNOWN || known.containsKey(userId)) {
            // Of two answers the later question's: the other may be from before a revocation.
            known.merge(userId, new Known(at, readAt), (old, young) -> young.readAt >= old.readAt ? young : old);
        }
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
