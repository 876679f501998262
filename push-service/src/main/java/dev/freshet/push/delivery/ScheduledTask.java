package dev.freshet.push.delivery;

/// A task that waits for its time.
@FunctionalInterface
public interface ScheduledTask {

    /// Makes it never run, unless it has. Safe for any thread.
    void cancel();
}
