package dev.freshet.service.limit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [SharedBucket] for what happens often: a replica takes several tokens at a time, a lease, and gives them out
/// itself, so that few requests ask Redis. A lease is what the user needed of late: the next one is twice as large
/// when one was used up within a second, and as large as what was used when it was not. At most it is what comes in
/// a tenth of a second.
///
/// All replicas together still give out no more than the bucket does. Tokens that a replica has and does not need
/// are lost to the others, and after a second to itself: seldom more than the user takes, for leases of a user
/// that comes seldom are small. Safe for any thread.
public final class LeasedBucket {

    private static final double LARGEST_SECONDS = 0.1;
    private static final long LIFE_NANOS = 1_000_000_000L;

    private final SharedBucket bucket;
    private final Rate rate;
    private final int largest;
    private final Map<String, Share> shares;

    /// @param most users whose tokens are kept at a time; the others' are dropped, those first that were not
    ///     asked for longest
    public LeasedBucket(SharedBucket bucket, Rate rate, int most) {
        this.bucket = bucket;
        this.rate = rate;
        this.largest = (int) Math.clamp(Math.round(rate.perSecond() * LARGEST_SECONDS), 1, Math.max(1, rate.burst()));
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
        private int tokens;
        private long until;

        /// Of the last lease, and of the next one.
        private int held;

        private int next = 1;
        private @Nullable Future<Duration> asking;

        Share(String userId) {
            this.userId = userId;
        }

        Future<Duration> take(int wanted) {
            Future<Duration> answer;
            synchronized (this) {
                if (tokens > 0 && System.nanoTime() - until > 0) {
                    // What a batch took at once says nothing of the next request.
                    next = Math.clamp(held - tokens, 1, largest);
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
            if (held > 0 && System.nanoTime() - until <= 0) {
                next = Math.min(2 * next, largest);
            }
            int asked = Math.max(wanted, next);
            Promise<Duration> promise = Promise.promise();
            asking = promise.future();
            return bucket.take(userId, asked).onComplete(answer -> {
                synchronized (this) {
                    asking = null;
                    if (answer.succeeded() && answer.result().isZero()) {
                        tokens += asked - wanted;
                        held = asked;
                        until = System.nanoTime() + LIFE_NANOS;
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
