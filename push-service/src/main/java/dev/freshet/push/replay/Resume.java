package dev.freshet.push.replay;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.service.redis.RedisUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides what a client that comes back may have missed: provably nothing, what lies between its place and now,
/// or that nobody knows. All of it on the hub's event loop.
@Singleton
public final class Resume {

    /// What becomes of one channel.
    public sealed interface Decision {

        /// Nothing was missed.
        record Live() implements Decision {}

        /// What was missed lies behind the client's place.
        ///
        /// @param number of the place in the window; -1 if it is before the window
        /// @param place the client's place
        record Behind(long number, EventId place) implements Decision {}

        /// Events may be missing.
        record Gap(GapReason reason) implements Decision {}
    }

    /// How long a pod that has read less than the client may take to read on.
    private static final long PATIENCE_MS = 2_000;

    private static final long STEP_MS = 10;

    private final Hub hubs;

    Resume(Hub hubs) {
        this.hubs = hubs;
    }

    /// A client's cursor; `null` if there is none or it is none that Freshet ever handed out.
    public static @Nullable Cursor parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Cursor.parse(text);
        } catch (ContractViolation unusable) {
            return null;
        }
    }

    /// Completes when it can be decided about a cursor: a place of an epoch that this pod never heard of, or one
    /// beyond what it has read, may come from a pod that knows more, so the log is looked at first, and waited
    /// for.
    ///
    /// Fails with [RedisUnavailable] if that is not possible now.
    public Future<Void> ready(@Nullable Cursor cursor, LoopHub hub) {
        if (cursor == null) {
            return Future.succeededFuture();
        }
        List<Future<Void>> places = new ArrayList<>(1);
        for (EventId place : cursor.positions()) {
            if (hub.hasPartition(place.partition()) && (!isKnown(place, hub) || isAhead(place, hub))) {
                places.add(lookUp(place, hub));
            }
        }
        return places.isEmpty() ? Future.succeededFuture() : Future.all(places).mapEmpty();
    }

    /// @param cursor of the client; `null` if what it sent cannot be used
    public static Decision decide(@Nullable Cursor cursor, Channel channel, LoopHub hub) {
        int partition = hub.partitionOf(channel);
        EventId place = cursor == null ? null : cursor.in(partition);
        if (place == null || !isKnown(place, hub) || isAhead(place, hub)) {
            return new Decision.Gap(GapReason.RESET);
        }
        long number = hub.window(partition).find(place.position());
        return number >= hub.number(partition) ? new Decision.Live() : new Decision.Behind(number, place);
    }

    private Future<Void> lookUp(EventId place, LoopHub hub) {
        Promise<Void> promise = Promise.promise();
        hubs.check(place.partition())
                .onComplete(checked -> hub.later(() -> {
                    if (checked.failed()) {
                        promise.fail(checked.cause());
                    } else {
                        reach(place, checked.result().last(), hub, promise, PATIENCE_MS / STEP_MS);
                    }
                }));
        return promise.future();
    }

    /// @param end of the log; a place beyond it is none that anybody can reach
    private static void reach(EventId place, StreamId end, LoopHub hub, Promise<Void> promise, long steps) {
        if (!isKnown(place, hub) || !isAhead(place, hub) || place.position().compareTo(end) > 0) {
            promise.complete();
        } else if (steps == 0) {
            promise.fail(new RedisUnavailable("this pod is behind the client"));
        } else {
            hub.after(STEP_MS, () -> reach(place, end, hub, promise, steps - 1));
        }
    }

    /// Whether the place is one of the log as it is now: of its epoch, or of one before as far as that is shared.
    private static boolean isKnown(EventId place, LoopHub hub) {
        if (place.epoch().equals(hub.position(place.partition()).epoch())) {
            return true;
        }
        StreamId shared = hub.forks(place.partition()).of(place.epoch());
        return shared != null && place.position().compareTo(shared) <= 0;
    }

    private static boolean isAhead(EventId place, LoopHub hub) {
        return place.position().compareTo(hub.position(place.partition()).position()) > 0;
    }
}
