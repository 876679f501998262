package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The recent tail of one partition, shared by all event loops: what came after some place `w0`, complete,
/// bounded by count and bytes.
///
/// Entries are numbered from 1 in the log's order, skipped ones too, so that every place that was ever handed out
/// has a number. Number 0 is `w0`. Entries of a channel are linked from the newest back, so what one channel
/// missed is found without looking at the others.
///
/// One thread appends, the tail's; any thread reads. Readers take no lock: an entry that was dropped meanwhile is
/// recognized by its number.
public final class Window {

    /// @param number its place in the window's count
    /// @param id its place in the log
    /// @param event `null` where the log's entry was skipped
    /// @param previous number of the channel's entry before this one; where none was kept any more, minus the
    ///     number up to which nothing was
    /// @param bytes about what it holds of the heap
    private record Slot(long number, StreamId id, @Nullable LiveEvent event, long previous, int bytes) {}

    /// What one channel missed.
    ///
    /// @param events ascending
    /// @param complete whether that is all, or older ones were dropped from the window
    public record Missed(List<LiveEvent> events, boolean complete) {}

    /// Bytes that an entry costs besides its payload: slot, event, ids, text of channel and type, links, and what
    /// each encoded form adds.
    private static final int ENTRY_BYTES = 1000;

    /// The payload itself and its encoded forms ([LiveEvent]), which stay with it once they were asked for.
    private static final int PAYLOAD_COPIES = 4;

    private final int partition;
    private final String epoch;
    private final StreamId start;
    private final long maxBytes;
    private final int mask;
    private final AtomicReferenceArray<@Nullable Slot> slots;
    private final ConcurrentMap<Channel, Long> newest = new ConcurrentHashMap<>();

    /// Number of the oldest entry that is kept; `last + 1` while there is none.
    private volatile long first = 1;

    private volatile long last;
    private long bytes;

    /// @param begin the place `w0` behind which the window is complete
    /// @param maxEvents rounded up to a power of two
    public Window(EventId begin, int maxEvents, long maxBytes) {
        this.partition = begin.partition();
        this.epoch = begin.epoch();
        this.start = begin.position();
        this.maxBytes = maxBytes;
        int capacity = Integer.highestOneBit(Math.max(2, maxEvents) * 2 - 1);
        this.mask = capacity - 1;
        this.slots = new AtomicReferenceArray<>(capacity);
    }

    /// Adds the log's next entry. By the tail only.
    ///
    /// @param event `null` where the entry is skipped
    /// @return the event as it goes to connections, if there is one
    public @Nullable LiveEvent append(StreamId id, @Nullable LoggedEvent event) {
        long number = last + 1;
        int size = ENTRY_BYTES
                + (event == null ? 0 : PAYLOAD_COPIES * event.event().payload().utf8().length);
        while (first <= last && (last - first > mask - 1 || bytes + size > maxBytes)) {
            drop();
        }
        LiveEvent live = null;
        long previous = 0;
        if (event != null) {
            live = new LiveEvent(event, number);
            Long before = newest.get(event.event().channel());
            previous = before == null ? 1 - first : before;
        }
        slots.setRelease((int) number & mask, new Slot(number, id, live, previous, size));
        if (event != null) {
            // Behind the slot: who finds the number must find the entry.
            newest.put(event.event().channel(), number);
        }
        bytes += size;
        last = number;
        return live;
    }

    /// Number of the newest entry; 0 before the first.
    public long last() {
        return last;
    }

    /// Events kept.
    public long size() {
        return last - first + 1;
    }

    /// When the log took the oldest entry that is kept, ms since 1970; 0 if there is none.
    public long oldestTimestamp() {
        Slot oldest = slot(first);
        return oldest == null ? 0 : oldest.id().ms();
    }

    /// The number of a place: of an entry that is kept, or 0 for `w0` as long as nothing was dropped.
    ///
    /// @return -1 if the window cannot say what came after it
    public long find(EventId place) {
        if (place.partition() != partition || !place.epoch().equals(epoch)) {
            return -1;
        }
        StreamId id = place.position();
        long low = first;
        long high = last;
        if (low == 1 && id.equals(start)) {
            return 0;
        }
        while (low <= high) {
            long middle = (low + high) >>> 1;
            Slot slot = slot(middle);
            int order = slot == null ? -1 : slot.id().compareTo(id);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /// Whether a place lies before all that the window can speak of.
    public boolean isBefore(StreamId id) {
        long from = first;
        Slot oldest = from == 1 ? null : slot(from);
        // While nothing was dropped, it speaks of all that came behind its beginning.
        return id.compareTo(oldest == null ? start : oldest.id()) < 0;
    }

    /// What a channel had behind number `after`, up to and including number `until`.
    public Missed missed(Channel channel, long after, long until) {
        List<LiveEvent> events = new ArrayList<>();
        Long number = newest.get(channel);
        if (number == null) {
            // Dropped entries of the channel are forgotten with it.
            return new Missed(List.of(), after >= first - 1);
        }
        long at = number;
        while (at > after) {
            Slot slot = slot(at);
            if (slot == null || slot.event() == null) {
                Collections.reverse(events);
                return new Missed(events, false);
            }
            if (at <= until) {
                events.add(slot.event());
            }
            at = slot.previous();
        }
        Collections.reverse(events);
        return new Missed(events, at > 0 || after >= -at);
    }

    private @Nullable Slot slot(long number) {
        if (number < 1) {
            return null;
        }
        Slot slot = slots.getAcquire((int) number & mask);
        return slot != null && slot.number() == number ? slot : null;
    }

    private void drop() {
        long number = first;
        Slot oldest = slot(number);
        first = number + 1;
        if (oldest == null) {
            return;
        }
        bytes -= oldest.bytes();
        slots.setRelease((int) number & mask, null);
        if (oldest.event() != null) {
            newest.remove(oldest.event().logged().event().channel(), number);
        }
    }
}
