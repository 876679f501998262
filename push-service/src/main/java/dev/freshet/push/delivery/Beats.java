package dev.freshet.push.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Calls every connection of an event loop once per period, spread evenly over it: one timer per loop instead of one
/// per connection. Confined to its event loop.
public final class Beats {

    /// A connection that wants to be called. It may stop its own beat while it is called.
    @FunctionalInterface
    public interface Beat {
        void beat();
    }

    /// So often per period the timer fires, each time for its share of the connections.
    private static final int SLOTS = 25;

    private final List<List<Beat>> slots = new ArrayList<>(SLOTS);
    private final Map<Beat, Integer> slotOf = new HashMap<>();
    private int next;
    private int fill;

    private Beats() {
        for (int i = 0; i < SLOTS; i++) {
            slots.add(new ArrayList<>());
        }
    }

    /// @param periodMs at least 25; between two calls of the same connection, ms
    public static Beats every(long periodMs, LoopHub hub) {
        Beats beats = new Beats();
        beats.schedule(Math.max(1, periodMs / SLOTS), hub);
        return beats;
    }

    public void start(Beat beat) {
        int slot = fill++ % SLOTS;
        slots.get(slot).add(beat);
        slotOf.put(beat, slot);
    }

    public void stop(Beat beat) {
        Integer slot = slotOf.remove(beat);
        if (slot != null) {
            slots.get(slot).remove(beat);
        }
    }

    private void schedule(long ms, LoopHub hub) {
        hub.after(ms, () -> {
            next = (next + 1) % SLOTS;
            for (Beat beat : List.copyOf(slots.get(next))) {
                beat.beat();
            }
            schedule(ms, hub);
        });
    }
}
