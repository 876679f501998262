package dev.freshet.systemtests.checker;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Partitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The judge of a scenario. Publishers tell it what they attempt and what was acknowledged, clients what they receive;
/// at the end it says what does not fit.
///
/// An event that stands in the log (it was acknowledged, or one client received it) is owed to everyone who follows its
/// channel from a place before it, once and in the log's order, or else a `gap` at that place. Ephemeral events may be
/// missing, but neither come twice nor out of order. Whoever received an event that the log lost later must be told so
/// (`reset`) before anything else comes on its channel. Safe for any thread.
public final class Checker {

    private final Partitions partitions;
    private final List<Publication> publications = new ArrayList<>();
    private final List<Transcript> transcripts = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Integer> partitionOfChannel = new ConcurrentHashMap<>();

    public Checker(Partitions partitions) {
        this.partitions = partitions;
    }

    /// Before anything is sent.
    public synchronized Publication attempt(String channel, boolean ephemeral) {
        Publication publication = new Publication(publications.size(), channel, ephemeral);
        publications.add(publication);
        return publication;
    }

    /// A client that follows these channels all the time.
    public synchronized Transcript follow(String client, Collection<String> channels) {
        Transcript transcript = new Transcript(this, client, Set.copyOf(channels));
        transcripts.add(transcript);
        return transcript;
    }

    public synchronized List<Transcript> transcripts() {
        return List.copyOf(transcripts);
    }

    public synchronized List<Publication> publications() {
        return List.copyOf(publications);
    }

    synchronized @Nullable Publication publication(int number) {
        return number >= 0 && number < publications.size() ? publications.get(number) : null;
    }

    public int partitionOf(String channel) {
        return partitionOfChannel.computeIfAbsent(channel, name -> partitions.of(Channel.parse(name)));
    }

    /// Something that no scenario allows, and that is no client's.
    public synchronized void violation(String what) {
        violations.add(what);
    }

    /// Judges what was recorded so far.
    public Verdict verify() {
        return verify(transcript -> true);
    }

    /// Judges these clients only.
    public Verdict verify(Predicate<Transcript> which) {
        List<Publication> all = publications();
        Map<String, List<Owed>> owed = owedByChannel(all);
        Phantoms phantoms = new Phantoms(this, all);
        Findings findings = new Findings();
        synchronized (this) {
            findings.violations.addAll(violations);
        }
        all.stream().map(Publication::contradiction).filter(Objects::nonNull).forEach(findings.violations::add);
        for (Transcript transcript : transcripts()) {
            if (which.test(transcript)) {
                transcript.read(new Judge(this, owed, phantoms, findings));
                findings.connections += transcript.connections();
                findings.received += transcript.events();
            }
        }
        int published = (int) all.stream().filter(each -> each.place() != null).count();
        return findings.verdict(published);
    }

    private static Map<String, List<Owed>> owedByChannel(List<Publication> all) {
        Map<String, List<Owed>> owed = new HashMap<>();
        for (Publication publication : all) {
            StreamId place = publication.place();
            if (place != null && publication.isOwed()) {
                owed.computeIfAbsent(publication.channel(), channel -> new ArrayList<>())
                        .add(new Owed(place, publication.number()));
            }
        }
        owed.values().forEach(list -> list.sort(java.util.Comparator.comparing(Owed::place)));
        return owed;
    }

    /// What a channel's followers must have, by its place in the log.
    record Owed(StreamId place, int number) {}

    /// Counts of a check.
    static final class Findings {

        private final List<String> violations = new ArrayList<>();
        private int connections;
        private long received;
        long lost;
        long announced;
        long doubled;
        long gaps;
        long gapsExpected;

        void violation(String what) {
            violations.add(what);
        }

        private Verdict verdict(int published) {
            return new Verdict(
                    published,
                    received,
                    connections,
                    lost,
                    announced,
                    doubled,
                    gaps,
                    gapsExpected,
                    List.copyOf(violations));
        }
    }
}
