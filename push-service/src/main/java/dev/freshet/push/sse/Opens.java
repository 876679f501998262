package dev.freshet.push.sse;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/// How often each user opens each path, and how long the next stream is held for it.
///
/// A courtesy to both sides: a page whose hook opens the stream anew at every render costs the pod one stream a second
/// or so, and never fails. One table per pod, for a user's connections are spread over the event loops, and
/// opening is not the way of an event. What no longer counts is removed; what does not fit is not held. Safe for any
/// thread.
final class Opens {

    /// Streams at once that are not held.
    static final int BURST = 5;

    /// After so long one more is not held; and none is held longer.
    static final long REFILL_MS = 1_000;

    private static final long BURST_MS = BURST * REFILL_MS;

    private record Place(String user, String path) {}

    /// The generic cell rate algorithm: of each user and path, when its bucket will be full again, ms.
    private final ConcurrentMap<Place, Long> fullAt = new ConcurrentHashMap<>();

    private final AtomicLong sweptAt = new AtomicLong();
    private final int most;

    /// @param most places that are counted at a time, about
    Opens(int most) {
        this.most = most;
    }

    /// Counts an opening.
    ///
    /// @param now ms, not falling
    /// @return for how long it is held, 0 to [#REFILL_MS] ms
    long hold(String user, String path, long now) {
        sweep(now);
        Place place = new Place(user, path);
        if (fullAt.size() >= most && !fullAt.containsKey(place)) {
            return 0;
        }
        // No more debt than one held stream pays off: who opens too often for long is not punished for long.
        long full = fullAt.merge(
                place,
                now + REFILL_MS,
                (known, first) -> Math.min(Math.max(known, now) + REFILL_MS, now + BURST_MS + REFILL_MS));
        return Math.max(0, full - now - BURST_MS);
    }

    /// Places that are counted.
    int size() {
        return fullAt.size();
    }

    private void sweep(long now) {
        long before = sweptAt.get();
        if (now - before >= REFILL_MS && sweptAt.compareAndSet(before, now)) {
            fullAt.values().removeIf(full -> full <= now);
        }
    }
}
