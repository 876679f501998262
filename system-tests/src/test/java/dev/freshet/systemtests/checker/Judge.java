package dev.freshet.systemtests.checker;

import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.message.GapReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Walks one client's transcript beside what was owed to it. Not thread-safe.
final class Judge implements Transcript.Reader {

    private static final String RESET = GapReason.RESET.word();

    private final Checker checker;
    private final Map<String, List<Checker.Owed>> owed;
    private final Phantoms phantoms;
    private final Checker.Findings findings;
    private final Map<String, Walk> walks = new HashMap<>();
    private String client = "";
    private Gaps allowed = Gaps.none();
    private int connection;
    private int said;
    private Transcript.@Nullable Connected greeting;
    private boolean afterGreeting;
    private boolean left;

    Judge(Checker checker, Map<String, List<Checker.Owed>> owed, Phantoms phantoms, Checker.Findings findings) {
        this.checker = checker;
        this.owed = owed;
        this.phantoms = phantoms;
        this.findings = findings;
    }

    @Override
    public void begin(String name, Set<String> channels, Map<String, StreamId> starts, Gaps gaps) {
        client = name;
        allowed = gaps;
        for (String channel : channels) {
            // Who was never welcomed was promised nothing, but that is a failure of its own.
            StreamId start = starts.get(channel);
            if (start == null) {
                say("was never welcomed");
                return;
            }
            walks.put(channel, new Walk(channel, owed.getOrDefault(channel, List.of()), start));
        }
    }

    @Override
    public void event(int number) {
        event(number, true);
    }

    private void event(int number, boolean atItsPlace) {
        firstAfterGreeting(false);
        Publication publication = checker.publication(number);
        if (publication == null) {
            // A violation since it came; there is no channel to look at.
            return;
        }
        Walk walk = walks.get(publication.channel());
        if (walk == null) {
            say("received " + publication + " and does not follow it");
            return;
        }
        walk.event(publication, atItsPlace);
    }

    @Override
    public void note(Transcript.Note note) {
        switch (note) {
            case Transcript.Connected connected -> {
                connection++;
                greeting = connected;
                afterGreeting = true;
                left = false;
                walks.values().forEach(walk -> walk.connected(connected));
                if (!connected.cameBack() && connection > 1) {
                    say("came back without a cursor");
                }
                if (allowed.rule() == Gaps.Rule.NONE
                        && connected.cameBack()
                        && Boolean.FALSE.equals(connected.resumed())) {
                    say("was told resumed=false on connection " + connection);
                }
                if (!connected.cameBack() && Boolean.TRUE.equals(connected.resumed())) {
                    say("was told resumed=true without a cursor");
                }
            }
            case Transcript.Elsewhere elsewhere -> event(elsewhere.number(), false);
            case Transcript.Left gone -> left = true;
            case Transcript.Gap gap -> {
                firstAfterGreeting(true);
                findings.gaps++;
                Walk walk = walks.get(gap.channel());
                if (walk == null) {
                    say("was told of a gap in " + gap.channel() + " and does not follow it");
                } else {
                    walk.gap(gap.reason(), gap.from());
                }
            }
        }
    }

    @Override
    public void end() {
        walks.values().forEach(Walk::end);
    }

    @Override
    public void violation(String what) {
        findings.violation(what);
    }

    /// Gaps of a resume come first of all.
    private void firstAfterGreeting(boolean isGap) {
        if (afterGreeting && greeting != null && greeting.cameBack()) {
            if (isGap && Boolean.TRUE.equals(greeting.resumed()) && !allowed.late()) {
                say("was told resumed=true, and then of a gap, on connection " + connection);
            }
            if (!isGap && Boolean.FALSE.equals(greeting.resumed())) {
                say("was told resumed=false without a gap on connection " + connection);
            }
        }
        afterGreeting = false;
    }

    /// The first few of each client are enough to look for the cause.
    private void say(String what) {
        said++;
        if (said <= 5) {
            findings.violation(client + " " + what);
        }
    }

    /// One channel of one client.
    private final class Walk {

        private final String channel;
        private final List<Checker.Owed> owed;
        private final Map<Integer, Integer> received = new HashMap<>();
        private final List<String> waiting = new ArrayList<>();
        private final Set<String> reasons = new HashSet<>();
        private StreamId last;
        private int next;
        private int gaps;

        /// Whether this client may be told now that the log went back.
        private boolean mayBeTold;

        /// Why it must be, before anything else; `null` if it need not.
        private @Nullable String mustBeTold;

        private Walk(String channel, List<Checker.Owed> owed, StreamId start) {
            this.channel = channel;
            this.owed = owed;
            this.last = start;
            while (next < owed.size() && owed.get(next).place().compareTo(start) <= 0) {
                next++;
            }
        }

        private void connected(Transcript.Connected connected) {
            int partition = checker.partitionOf(channel);
            EventId at = connected.at() == null ? null : connected.at().in(partition);
            Cursor cameWith = connected.from().get(channel);
            EventId from = cameWith == null ? null : cameWith.in(partition);
            if (from != null && phantoms.isBeyondLog(from)) {
                mayBeTold = true;
                if (at != null && !at.epoch().equals(from.epoch())) {
                    // The pod knew of the loss when it welcomed this client.
                    mustBeTold = "it came back from " + from;
                }
            }
            // It is as live as those who received the lost event, and the pod does not know who did.
            mayBeTold |= at != null && phantoms.isBeyondChannel(at, channel);
        }

        private void event(Publication publication, boolean atItsPlace) {
            if (publication.isLost() && atItsPlace) {
                // Nobody is told of an ephemeral one.
                if (!publication.ephemeral()) {
                    mayBeTold = true;
                    mustBeTold = "it received " + publication;
                }
            } else {
                tell("before " + publication);
            }
            if (publication.isRepeated()) {
                return;
            }
            StreamId place = publication.place();
            Integer before = received.putIfAbsent(publication.number(), connection);
            if (before != null) {
                findings.doubled++;
                say("received " + publication + " twice, on connections " + before + " and " + connection);
                return;
            }
            if (place == null) {
                return;
            }
            if (place.compareTo(last) <= 0) {
                say("received " + publication + " at " + place + " after what stands at " + last + ", on connection "
                        + connection);
                return;
            }
            settle(place);
            last = place;
            if (next < owed.size() && owed.get(next).number() == publication.number()) {
                next++;
            }
        }

        private void gap(String reason, @Nullable Cursor from) {
            EventId asked = from == null ? null : from.in(checker.partitionOf(channel));
            mayBeTold |= asked != null && phantoms.isBeyondLog(asked);
            gaps++;
            waiting.add(reason);
            reasons.add(reason);
            if (allowed.rule() == Gaps.Rule.FOR_PHANTOMS) {
                if (mayBeTold) {
                    findings.gapsExpected++;
                } else {
                    say("was told of a gap in " + channel + " and has seen nothing that is gone, on connection "
                            + connection);
                }
            }
            if (reason.equals(RESET)) {
                mayBeTold = false;
                mustBeTold = null;
            }
            if (!allowed.reasons().contains(reason)) {
                say("was told of a gap in " + channel + " because of \"" + reason + "\", on connection " + connection);
            }
        }

        /// Whoever saw what is gone must have been told by now.
        private void tell(String when) {
            if (mustBeTold != null) {
                say("was not told of a loss in " + channel + " " + when + ", though " + mustBeTold + ", on connection "
                        + connection);
                if (allowed.rule() == Gaps.Rule.FOR_PHANTOMS) {
                    findings.gapsExpected++;
                }
                mayBeTold = false;
                mustBeTold = null;
            }
        }

        private void end() {
            settle(null);
            if (!left) {
                tell("to the end");
            }
            switch (allowed.rule()) {
                case NONE, FOR_LOSS, FOR_PHANTOMS -> {}
                case AT_MOST_ONE -> {
                    findings.gapsExpected += Math.min(gaps, 1);
                    if (gaps > 1) {
                        say("was told of " + gaps + " gaps in " + channel + " where one is allowed: " + reasons);
                    }
                }
                case EXACTLY_ONE -> {
                    findings.gapsExpected++;
                    if (gaps != 1) {
                        say("was told of " + gaps + " gaps in " + channel + " instead of one: " + reasons);
                    }
                }
            }
        }

        /// What lies between the last event and this place must have come, or be announced once.
        ///
        /// @param place `null` for the end of everything
        private void settle(@Nullable StreamId place) {
            int missing = 0;
            int first = next;
            while (next < owed.size()
                    && (place == null || owed.get(next).place().compareTo(place) < 0)) {
                missing++;
                next++;
            }
            boolean forLoss = allowed.rule() == Gaps.Rule.FOR_LOSS || allowed.rule() == Gaps.Rule.NONE;
            if (missing > 0) {
                if (forLoss) {
                    findings.gapsExpected++;
                }
                if (waiting.isEmpty()) {
                    findings.lost += missing;
                    say("silently lost " + missing + " of " + channel + " from event "
                            + owed.get(first).number() + " at "
                            + owed.get(first).place() + ", seen on connection "
                            + connection);
                } else {
                    findings.announced += missing;
                }
            }
            if (forLoss && missing == 0 && !waiting.isEmpty()) {
                say("was told of a gap in " + channel + " where nothing is missing: " + waiting);
            } else if (forLoss && waiting.size() > 1) {
                say("was told of " + waiting.size() + " gaps in " + channel + " for one loss");
            }
            waiting.clear();
        }
    }
}
