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
    /// @param cameBack whether it came with a cursor
    record Connected(boolean cameBack, @Nullable Boolean resumed) implements Note {}

    /// The server told of a loss.
    record Gap(String channel, String reason) implements Note {}

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

    /// A connection was welcomed.
    ///
    /// @param cursor where it begins: from there on everything is owed, if it is this client's first
    /// @param cameBack whether the client had a cursor
    /// @param resumed as the server said; `null` if this transport does not say
    public synchronized void connected(String cursor, boolean cameBack, @Nullable Boolean resumed) {
        connections++;
        note(new Connected(cameBack, resumed));
        if (!starts.isEmpty()) {
            return;
        }
        try {
            Cursor parsed = Cursor.parse(cursor);
            for (String channel : channels) {
                EventId start = parsed.in(checker.partitionOf(channel));
                if (start == null) {
                    violation("was welcomed with a cursor that says nothing about " + channel + ": " + cursor);
                } else {
                    starts.put(channel, start.position());
                }
            }
        } catch (ContractViolation unusable) {
            violation("was welcomed with the cursor \"" + cursor + "\"");
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
        try {
            EventId id = Cursor.parse(cursor).in(checker.partitionOf(publication.channel()));
            if (id == null) {
                violation("received " + publication + " with a cursor of another partition: " + cursor);
            } else {
                publication.standsAt(id.position());
            }
        } catch (ContractViolation unusable) {
            violation("received " + publication + " with the id \"" + cursor + "\"");
        }
        synchronized (this) {
            events++;
            mark(number, (int) Math.min(Integer.MAX_VALUE, (now - publication.sentNanos()) / 1_000));
        }
    }

    public synchronized void gap(String channel, String reason) {
        note(new Gap(channel, reason));
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
