package dev.freshet.push.delivery;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The recent tail of one partition, shared by all event loops: what came after some place `w0`, complete,
/// bounded by count and bytes.
///
/// Entries are numbered from 1 in the log's order, skipped ones too. The number before the first that is kept
/// stands for `w0`. Entries of a channel are linked from the newest back, so what one channel missed is found
/// without looking at the others.
///
/// One thread appends, the tail's; any thread reads. Readers take no lock: an entry that was dropped meanwhile is
/// recognized by its number.
public final class Window {

    /// The newest entry of a channel, by its number. Looked up once per entry: in a table of many channels each
    /// look misses the processor's caches.
    private static final class Newest extends AtomicLong {
        private static final long serialVersionUID = 1L;
    }

    /// @param number its place in the window's count
    /// @param id its place in the log
    /// @param event `null` where the log's entry was skipped
    /// @param newest of its channel; `null` where it was skipped
    /// @param previous number of the channel's entry before this one; where none was kept any more, minus the
    ///     number up to which nothing was
    /// @param bytes about what it holds of the heap
    /// @param total the same of all entries that there ever were, up to and including it
    private record Slot(
            long number,
            StreamId id,
            @Nullable LiveEvent event,
            @Nullable Newest newest,
            long previous,
            int bytes,
            long total) {}

    /// Where the window begins.
    ///
    /// @param number of `w0`, one below that of the oldest entry that is kept
    /// @param id the place `w0`
    public record Begin(long number, StreamId id) {}

    /// What one channel missed.
    ///
    /// @param events ascending
    /// @param complete whether that is all, or older ones were dropped from the window
    public record Missed(List<LiveEvent> events, boolean complete) {}

    private final long maxBytes;
    private final int mask;
    private final AtomicReferenceArray<@Nullable Slot> slots;
    private final ConcurrentMap<Channel, Newest> newest = new ConcurrentHashMap<>();

    private volatile Begin begin;
    private volatile long last;
    private long bytes;
    private long total;

    /// @param begin the place `w0` behind which the window is complete
    /// @param maxEvents rounded up to a power of two
    public Window(StreamId begin, int maxEvents, long maxBytes) {
        this.begin = new Begin(0, begin);
        this.maxBytes = maxBytes;
        int capacity = Integer.highestOneBit(Math.max(2, maxEvents) * 2 - 1);
        this.mask = capacity - 1;
        this.slots = new AtomicReferenceArray<>(capacity);
    }

    private Window(Window other, long upTo) {
        this.begin = other.begin;
        this.maxBytes = other.maxBytes;
        this.mask = other.mask;
        this.slots = new AtomicReferenceArray<>(mask + 1);
        this.last = begin.number();
        this.total = other.total - other.bytes;
        for (long number = begin.number() + 1; number <= upTo; number++) {
            Slot slot = other.slot(number);
            if (slot == null) {
                throw new IllegalStateException("only the tail cuts its window");
            }
            Newest own = slot.event() == null ? null : newestOf(slot.event().channel());
            put(new Slot(number, slot.id(), slot.event(), own, slot.previous(), slot.bytes(), slot.total()));
        }
    }

    /// The same window without what came behind a number, which keeps its meaning. By the tail only.
    public Window upTo(long number) {
        return new Window(this, number);
    }

    /// Adds the log's next entry. By the tail only.
    ///
    /// @param event `null` where the entry is skipped
    /// @return the event as it goes to connections, if there is one
    public @Nullable LiveEvent append(StreamId id, @Nullable LoggedEvent event) {
        int size = LiveEvent.bytes(event);
        while (begin.number() < last && (last - begin.number() > mask || bytes + size > maxBytes)) {
            drop();
        }
        LiveEvent live = null;
        Newest own = null;
        long previous = 0;
        if (event != null) {
            live = new LiveEvent(event, last + 1);
            own = newestOf(event.event().channel());
            long before = own.getPlain();
            previous = before == 0 ? -begin.number() : before;
        }
        put(new Slot(last + 1, id, live, own, previous, size, total + size));
        return live;
    }

    /// Zero in one that is new, which no reader takes for a number.
    private Newest newestOf(Channel channel) {
        Newest known = newest.get(channel);
        if (known == null) {
            known = new Newest();
            newest.put(channel, known);
        }
        return known;
    }

    private void put(Slot slot) {
        slots.setRelease((int) slot.number() & mask, slot);
        if (slot.newest() != null) {
            // Behind the slot: who finds the number must find the entry.
            slot.newest().setRelease(slot.number());
        }
        bytes += slot.bytes();
        total = slot.total();
        last = slot.number();
    }

    /// Number of the newest entry; that of `w0` if there is none.
    public long last() {
        return last;
    }

    /// Events kept.
    public long size() {
        return last - begin.number();
    }

    public Begin begin() {
        return begin;
    }

    /// When the log took the oldest entry that is kept, ms since 1970; 0 if there is none.
    public long oldestTimestamp() {
        Slot oldest = slot(begin.number() + 1);
        return oldest == null ? 0 : oldest.id().ms();
    }

    /// About the bytes that the entries behind a number take, as far as they are kept.
    public long bytesBehind(long number) {
        Slot end = slot(last);
        if (end == null || number >= end.number()) {
            return 0;
        }
        Slot from = slot(Math.max(number, begin.number()) + 1);
        // Dropped between the two looks: all that is kept is behind.
        return from == null ? maxBytes : end.total() - from.total() + from.bytes();
    }

    /// The number of the newest entry at or before a place, which may be `w0`.
    ///
    /// @return -1 if the place is before all that the window can speak of
    public long find(StreamId place) {
        Begin from = begin;
        if (place.compareTo(from.id()) < 0) {
            return -1;
        }
        long low = from.number();
        long high = last;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            Slot slot = slot(middle);
            if (slot == null || slot.id().compareTo(place) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        // If it was dropped meanwhile, what follows it may have been, too.
        return low < begin.number() ? -1 : low;
    }

    /// What a channel had behind number `after`, up to and including number `until`.
    public Missed missed(Channel channel, long after, long until) {
        List<LiveEvent> events = new ArrayList<>();
        long at = newestNumber(channel);
        if (at == 0) {
            // Dropped entries of the channel are forgotten with it.
            return new Missed(List.of(), after >= begin.number());
        }
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

    /// The newest events of a channel up to and including number `until`, newest first.
    public List<LiveEvent> newest(Channel channel, long until, int count, Predicate<LoggedEvent> wanted) {
        List<LiveEvent> events = new ArrayList<>();
        Slot slot = slot(newestNumber(channel));
        while (slot != null && slot.event() != null && events.size() < count) {
            if (slot.number() <= until && wanted.test(slot.event().logged())) {
                events.add(slot.event());
            }
            slot = slot(slot.previous());
        }
        return events;
    }

    /// Channels that had an event behind a number, other than ephemeral ones, and the place of the oldest such
    /// event. By the tail only.
    public Map<Channel, StreamId> behind(long number) {
        Map<Channel, StreamId> oldest = new HashMap<>();
        for (long at = number + 1; at <= last; at++) {
            Slot slot = slot(at);
            if (slot != null
                    && slot.event() != null
                    && !slot.event().logged().event().ephemeral()) {
                oldest.putIfAbsent(slot.event().channel(), slot.id());
            }
        }
        return oldest;
    }

    /// The place of an entry that is kept, or of `w0`; `null` if it was dropped.
    public @Nullable StreamId id(long number) {
        Begin from = begin;
        if (number == from.number()) {
            return from.id();
        }
        Slot slot = slot(number);
        return slot == null ? null : slot.id();
    }

    /// The event of an entry that is kept; `null` if it was skipped or dropped.
    public @Nullable LoggedEvent event(long number) {
        Slot slot = slot(number);
        return slot == null || slot.event() == null ? null : slot.event().logged();
    }

    /// Number of a channel's newest entry, 0 if none is kept.
    private long newestNumber(Channel channel) {
        Newest known = newest.get(channel);
        return known == null ? 0 : known.getAcquire();
    }

    private @Nullable Slot slot(long number) {
        if (number < 1) {
            return null;
        }
        Slot slot = slots.getAcquire((int) number & mask);
        return slot != null && slot.number() == number ? slot : null;
    }

    private void drop() {
        long number = begin.number() + 1;
        Slot oldest = slot(number);
        if (oldest == null) {
            throw new IllegalStateException("only the tail drops");
        }
        begin = new Begin(number, oldest.id());
        bytes -= oldest.bytes();
        slots.setRelease((int) number & mask, null);
        if (oldest.event() != null && oldest.newest() != null && oldest.newest().getPlain() == number) {
            newest.remove(oldest.event().channel());
        }
    }
}
