package dev.freshet.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a recorder received and the test has not yet asked for, in the order in which it came. Safe for any
/// thread.
final class Received<T> {

    private final List<T> waiting = new ArrayList<>();
    private @Nullable Throwable failure;
    private boolean ended;

    synchronized void add(T frame) {
        waiting.add(frame);
        notifyAll();
    }

    /// No more frames come.
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /// What came was not what may come; told to whoever asks next.
    synchronized void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
        ended = true;
        notifyAll();
    }

    /// Takes the first frame that matches out of those that wait, and leaves the others unread.
    synchronized T take(Predicate<? super T> wanted, Duration limit, Supplier<String> what) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            for (int i = 0; i < waiting.size(); i++) {
                if (wanted.test(waiting.get(i))) {
                    return waiting.remove(i);
                }
            }
            if (failure != null) {
                throw new AssertionError(failure.getMessage(), failure);
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new AssertionError(what.get() + (ended ? " did not come before the end" : " did not come in time")
                        + "; unread: " + waiting);
            }
            await(left);
        }
    }

    synchronized void awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ended) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("still open; unread: " + waiting);
            }
            await(left);
        }
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    synchronized void assertNone() {
        if (failure != null) {
            throw new AssertionError(failure.getMessage(), failure);
        }
        if (!waiting.isEmpty()) {
            throw new AssertionError("left unread: " + waiting);
        }
    }

    private void await(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
