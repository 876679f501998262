package dev.freshet.push.replay;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Window;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/// Decides what a client that comes back has missed: provably nothing, what the window holds, or that nobody
/// knows.
///
/// All of it on the hub's event loop. Only the window is asked: what is older than it is a `gap`, even where the
/// log has it still. So a client is told too often, but never too little.
public final class Resume {

    /// What becomes of one channel.
    public sealed interface Decision {

        /// Nothing was missed.
        record Live() implements Decision {}

        /// The window has what was missed.
        ///
        /// @param number of the client's place in the window
        /// @param place the client's place
        record Behind(long number, EventId place) implements Decision {}

        /// Events may be missing.
        record Gap(GapReason reason) implements Decision {}
    }

    /// How long a pod that has read less than the client may take to read on.
    private static final long PATIENCE_MS = 2_000;

    private static final long STEP_MS = 10;

    private Resume() {}

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

    /// @param cursor of the client; `null` if what it sent cannot be used
    public static Decision decide(@Nullable Cursor cursor, Channel channel, LoopHub hub) {
        EventId here = hub.position(hub.partitionOf(channel));
        EventId there = cursor == null ? null : cursor.in(here.partition());
        if (here.equals(there)) {
            return new Decision.Live();
        }
        if (there == null || !there.epoch().equals(here.epoch()) || isAhead(there, here)) {
            return new Decision.Gap(GapReason.RESET);
        }
        Window window = hub.window(here.partition());
        long number = window.find(there);
        if (number < 0) {
            // Behind the window's beginning and no place of it: made up, or of a log that went another way.
            return new Decision.Gap(window.isBefore(there.position()) ? GapReason.TRIMMED : GapReason.RESET);
        }
        return window.missed(channel, number, hub.number(here.partition())).complete()
                ? new Decision.Behind(number, there)
                : new Decision.Gap(GapReason.TRIMMED);
    }

    /// Completes when the hub has come as far as the client, who may have been told by a faster pod; or when
    /// patience ends. On the hub's event loop.
    public static Future<Void> whenReached(@Nullable Cursor cursor, LoopHub hub) {
        if (cursor == null || !isAhead(cursor, hub)) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        look(cursor, hub, promise, PATIENCE_MS / STEP_MS);
        return promise.future();
    }

    private static void look(Cursor cursor, LoopHub hub, Promise<Void> promise, long steps) {
        hub.after(STEP_MS, () -> {
            if (steps <= 1 || !isAhead(cursor, hub)) {
                promise.complete();
            } else {
                look(cursor, hub, promise, steps - 1);
            }
        });
    }

    private static boolean isAhead(Cursor cursor, LoopHub hub) {
        return cursor.positions().stream()
                .anyMatch(there ->
                        hub.hasPartition(there.partition()) && isAhead(there, hub.position(there.partition())));
    }

    private static boolean isAhead(EventId there, EventId here) {
        return there.epoch().equals(here.epoch()) && there.position().compareTo(here.position()) > 0;
    }
}
