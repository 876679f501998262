package dev.freshet.systemtests.checker;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything that one client was told, on all its connections, in order. Safe for any thread.
///
/// Events are kept as numbers, eight bytes each, so that thousands of clients fit beside what they test.
public final class Transcript {

    /// What is no event.
    sealed interface Note {}

    /// A connection was welcomed.
    ///
    /// @param at where it begins
    /// @param from where it came from, by channel; empty if it came without a cursor
    record Connected(
            @Nullable Cursor at,
            Map<String, Cursor> from,
            @Nullable Boolean resumed) implements Note {

        boolean cameBack() {
            return !from.isEmpty();
        }
    }

    /// An event came at another place than the one where it was seen first.
    record Elsewhere(int number) implements Note {}

    /// The client stays away from now on.
    record Left() implements Note {}

    /// The server told of a loss.
    ///
    /// @param from the place that was asked about; `null` if the server told by itself
    record Gap(String channel, String reason, @Nullable Cursor from) implements Note {}

    private final Checker checker;
    private final String name;
    private final Set<String> channels;
    private final Map<String, StreamId> starts = new HashMap<>();
    private final List<Note> notes = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private Gaps gaps = Gaps.none();
    private int[] marks = new int[16];
    private int[] delays = new int[16];
    private int size;
    private int events;
    private int connections;

    Transcript(Checker checker, String name, Set<String> channels) {
        this.checker = checker;
        this.name = name;
        this.channels = Set.copyOf(channels);
    }

    public String name() {
        return name;
    }

    public Set<String> channels() {
        return channels;
    }

    /// Which gaps this client may see; none unless this is called.
    public synchronized void allow(Gaps allowed) {
        gaps = allowed;
    }

    public synchronized boolean mayHaveNoGap() {
        return gaps.rule() == Gaps.Rule.NONE;
    }

    /// A connection was welcomed, of a client that has one cursor for all that it follows.
    ///
    /// @param cursor where it begins: from there on everything is owed, if it is this client's first
    /// @param from the cursor it came with; `null` or empty if it had none
    /// @param resumed as the server said; `null` if this transport does not say
    public void connected(String cursor, @Nullable String from, @Nullable Boolean resumed) {
        Map<String, String> all = new HashMap<>();
        if (from != null && !from.isEmpty()) {
            channels.forEach(channel -> all.put(channel, from));
        }
        connected(cursor, all, resumed);
    }

    /// The same, of a client that has one for each channel.
    ///
    /// @param from by channel; empty if it had none
    public synchronized void connected(String cursor, Map<String, String> from, @Nullable Boolean resumed) {
        connections++;
        Cursor at = parse("was welcomed with", cursor);
        Map<String, Cursor> places = new HashMap<>();
        from.forEach((channel, text) -> {
            Cursor place = parse("came back with", text);
            if (place != null) {
                places.put(channel, place);
            }
        });
        note(new Connected(at, Map.copyOf(places), resumed));
        if (!starts.isEmpty() || at == null) {
            return;
        }
        for (String channel : channels) {
            EventId start = at.in(checker.partitionOf(channel));
            if (start == null) {
                violation("was welcomed with a cursor that says nothing about " + channel + ": " + cursor);
            } else {
                starts.put(channel, start.position());
            }
        }
    }

    private @Nullable Cursor parse(String how, String cursor) {
        try {
            return Cursor.parse(cursor);
        } catch (ContractViolation unusable) {
            violation(how + " the cursor \"" + cursor + "\"");
            return null;
        }
    }

    /// An event came.
    ///
    /// @param number of the publication, from its payload
    /// @param cursor that came with it: its own id, or a cursor over all that the connection follows
    public void event(int number, String cursor) {
        long now = System.nanoTime();
        Publication publication = checker.publication(number);
        if (publication == null) {
            violation("received an event that nobody published: " + number);
            return;
        }
        boolean atItsPlace = true;
        try {
            EventId id = Cursor.parse(cursor).in(checker.partitionOf(publication.channel()));
            if (id == null) {
                violation("received " + publication + " with a cursor of another partition: " + cursor);
            } else {
                atItsPlace = publication.standsAt(id);
            }
        } catch (ContractViolation unusable) {
            violation("received " + publication + " with the id \"" + cursor + "\"");
        }
        int delay = (int) Math.min(Integer.MAX_VALUE, (now - publication.sentNanos()) / 1_000);
        synchronized (this) {
            events++;
            if (atItsPlace) {
                mark(number, delay);
            } else {
                notes.add(new Elsewhere(number));
                mark(-notes.size(), delay);
            }
        }
    }

    /// The client ended its connection and stays away, for ever or until it is welcomed again.
    public synchronized void left() {
        note(new Left());
    }

    public synchronized void gap(String channel, String reason) {
        note(new Gap(channel, reason, null));
    }

    /// The same, as an answer.
    ///
    /// @param from the cursor that was asked about
    public synchronized void gap(String channel, String reason, String from) {
        note(new Gap(channel, reason, parse("asked with", from)));
    }

    /// Something that no scenario allows.
    public synchronized void violation(String what) {
        if (violations.size() < 5) {
            violations.add(what);
        }
    }

    /// Welcomed ones.
    public synchronized int connections() {
        return connections;
    }

    public synchronized int events() {
        return events;
    }

    public synchronized long gapsSeen() {
        return notes.stream().filter(Gap.class::isInstance).count();
    }

    /// From the attempt to publish to the frame, µs, of the last `count` events.
    public synchronized int[] lastDelays(int count) {
        return Arrays.stream(delays, 0, size)
                .filter(delay -> delay >= 0)
                .skip(Math.max(0, events - count))
                .toArray();
    }

    /// Reads it for the checker; nothing is recorded meanwhile.
    synchronized void read(Reader reader) {
        violations.forEach(violation -> reader.violation(name + " " + violation));
        reader.begin(name, channels, starts, gaps);
        for (int i = 0; i < size; i++) {
            if (marks[i] >= 0) {
                reader.event(marks[i]);
            } else {
                reader.note(notes.get(-1 - marks[i]));
            }
        }
        reader.end();
    }

    private void note(Note note) {
        notes.add(note);
        mark(-notes.size(), -1);
    }

    private void mark(int value, int delay) {
        if (size == marks.length) {
            marks = Arrays.copyOf(marks, size * 2);
            delays = Arrays.copyOf(delays, size * 2);
        }
        delays[size] = delay;
        marks[size++] = value;
    }

    /// Walks a transcript.
    interface Reader {

        void begin(String client, Set<String> channels, Map<String, StreamId> starts, Gaps allowed);

        void event(int number);

        void note(Note note);

        void end();

        void violation(String what);
    }
}
