package dev.freshet.service.limit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [SharedBucket] for what happens often: a replica takes as many tokens at a time as come in a tenth of a
/// second, and gives them out itself, so that few requests ask Redis.
///
/// All replicas together still give out no more than the bucket does. Tokens that a replica has and does not need
/// are lost to the others; it drops them when they would have come again. Safe for any thread.
public final class LeasedBucket {

    private static final double LEASE_SECONDS = 0.1;
    private static final long NANOS = 1_000_000_000L;

    private final SharedBucket bucket;
    private final Rate rate;
    private final int lease;
    private final long leaseNanos;
    private final Map<String, Share> shares;

    /// @param most users whose tokens are kept at a time; the others' are dropped, those first that were not
    ///     asked for longest
    public LeasedBucket(SharedBucket bucket, Rate rate, int most) {
        this.bucket = bucket;
        this.rate = rate;
        this.lease = (int) Math.clamp(Math.round(rate.perSecond() * LEASE_SECONDS), 1, Math.max(1, rate.burst()));
        this.leaseNanos = Math.round(lease / rate.perSecond() * NANOS);
        this.shares = new Bounded<>(most);
    }

    /// Takes tokens. A request for more than there are passes if there is one, and the next ones wait for it.
    /// Fails with `RedisUnavailable`.
    ///
    /// @return zero if taken, else after how long trying again makes sense; on the caller's context
    public Future<Duration> take(String userId, int tokens) {
        if (rate.isOff()) {
            return Future.succeededFuture(Duration.ZERO);
        }
        Share share;
        synchronized (shares) {
            share = shares.computeIfAbsent(userId, Share::new);
        }
        return share.take(tokens);
    }

    /// What this replica has of one user's tokens.
    private final class Share {

        private final String userId;
        private long tokens;
        private long until;
        private @Nullable Future<Duration> asking;

        Share(String userId) {
            this.userId = userId;
        }

        Future<Duration> take(int wanted) {
            Future<Duration> answer;
            synchronized (this) {
                if (tokens > 0 && System.nanoTime() - until > 0) {
                    tokens = 0;
                }
                if (tokens >= wanted) {
                    tokens -= wanted;
                    return Future.succeededFuture(Duration.ZERO);
                }
                answer = asking;
                if (answer == null) {
                    return ask(wanted);
                }
            }
            // Who comes meanwhile does not ask too, or a burst of requests would take a lease each.
            return here(answer).compose(wait -> wait.isZero() ? take(wanted) : Future.succeededFuture(wait));
        }

        /// Of what comes, the wanted ones are the caller's.
        private Future<Duration> ask(int wanted) {
            int asked = Math.max(wanted, lease);
            Promise<Duration> promise = Promise.promise();
            asking = promise.future();
            return bucket.take(userId, asked).onComplete(answer -> {
                synchronized (this) {
                    asking = null;
                    if (answer.succeeded() && answer.result().isZero()) {
                        tokens += asked - wanted;
                        until = System.nanoTime() + leaseNanos;
                    }
                }
                promise.handle(answer);
            });
        }
    }

    /// The other's answer comes on the other's event loop.
    private static <T> Future<T> here(Future<T> answer) {
        ContextInternal context = ContextInternal.current();
        if (context == null) {
            return answer;
        }
        Promise<T> promise = context.promise();
        answer.onComplete(promise);
        return promise.future();
    }

    private static final class Bounded<V> extends LinkedHashMap<String, V> {

        private static final long serialVersionUID = 1L;

        private final int most;

        Bounded(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > most;
        }
    }
}
