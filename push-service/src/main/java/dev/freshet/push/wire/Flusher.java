package dev.freshet.push.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Flushes the connections of one event loop that were written to, once per turn and not at each write. Confined
/// to that event loop.
public final class Flusher {

    private final Consumer<Runnable> later;
    private final List<SocketWire> written = new ArrayList<>();
    private boolean scheduled;
    private long turn;

    /// @param later runs a task on the event loop, after what it does now
    public Flusher(Consumer<Runnable> later) {
        this.later = later;
    }

    /// Changes with each [#flush()].
    long turn() {
        return turn;
    }

    /// Has it flushed soon.
    void add(SocketWire wire) {
        written.add(wire);
        if (!scheduled) {
            scheduled = true;
            later.accept(this::flushLater);
        }
    }

    /// Flushes now what was written.
    public void flush() {
        turn++;
        for (int i = 0; i < written.size(); i++) {
            written.get(i).flush();
        }
        written.clear();
    }

    private void flushLater() {
        scheduled = false;
        flush();
    }
}
