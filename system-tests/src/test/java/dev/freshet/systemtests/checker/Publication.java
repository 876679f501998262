package dev.freshet.systemtests.checker;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import org.jspecify.annotations.Nullable;

/// One attempt to publish: what was sent, and what is known about its place in the log. Safe for any thread.
public final class Publication {

    private final int number;
    private final String channel;
    private final boolean ephemeral;
    private final long sentNanos = System.nanoTime();
    private @Nullable StreamId place;
    private @Nullable String epoch;
    private @Nullable StreamId acknowledgedAt;
    private boolean acknowledged;
    private boolean excused;
    private boolean repeated;
    private @Nullable String contradiction;

    Publication(int number, String channel, boolean ephemeral) {
        this.number = number;
        this.channel = channel;
        this.ephemeral = ephemeral;
    }

    /// Its name among all publications of one checker, from 0; stands in the payload.
    public int number() {
        return number;
    }

    public String channel() {
        return channel;
    }

    public boolean ephemeral() {
        return ephemeral;
    }

    /// A payload by which every client tells the checker what it received.
    ///
    /// @param padding characters that make it longer
    public String payload(int padding) {
        return "{\"n\":" + number + ",\"channel\":\"" + channel + "\",\"pad\":\"" + "x".repeat(padding) + "\"}";
    }

    /// The log took it, or so the answer said.
    ///
    /// @param id as the wire knows it
    public void acknowledged(String id) {
        EventId parsed;
        try {
            parsed = EventId.parse(id);
        } catch (ContractViolation wrong) {
            contradict("was acknowledged with the id \"" + id + "\"");
            return;
        }
        synchronized (this) {
            acknowledged = true;
            acknowledgedAt = parsed.position();
        }
        standsAt(parsed);
    }

    /// The log took it: `XADD` answered.
    public void acknowledged(StreamId id) {
        synchronized (this) {
            acknowledged = true;
            acknowledgedAt = id;
        }
        standsAt(id, null);
    }

    /// Somebody saw it there. Two places are a contradiction: it was appended twice, or somebody was told a wrong id.
    ///
    /// @return whether that is its [#place]
    boolean standsAt(EventId seen) {
        return standsAt(seen.position(), seen.epoch());
    }

    private synchronized boolean standsAt(StreamId seen, @Nullable String seenEpoch) {
        if (place == null) {
            place = seen;
        } else if (!place.equals(seen)) {
            contradict("stands at " + place + " and at " + seen);
            return false;
        }
        // `XADD` does not tell it.
        epoch = epoch == null ? seenEpoch : epoch;
        return true;
    }

    /// It is owed to nobody: the fault took it out of the log, as the documents allow. Who received it is to be told.
    public synchronized void excuse() {
        excused = true;
    }

    /// The server lost it with the key that told a repetition, and then its publisher, who had no answer, repeated it:
    /// who was quick saw it twice, at two places.
    public synchronized void repeated() {
        excused = true;
        repeated = true;
    }

    synchronized boolean isRepeated() {
        return repeated;
    }

    /// Whether the log does not have it any more where it stood.
    synchronized boolean isLost() {
        return excused && place != null;
    }

    /// The log's epoch in which it stood at its place; `null` if nobody told.
    synchronized @Nullable String epoch() {
        return epoch;
    }

    /// Whether the log was asked and said yes.
    public synchronized boolean isAcknowledged() {
        return acknowledged;
    }

    /// Whether the log said yes, and named this place.
    public synchronized boolean isAcknowledgedAt(StreamId where) {
        return where.equals(acknowledgedAt);
    }

    /// Where it stands, by whoever told first; `null` as long as neither an answer nor a client told.
    public synchronized @Nullable StreamId place() {
        return place;
    }

    /// Whether every follower must have it or a `gap`: it is in the log, and is no ephemeral event.
    synchronized boolean isOwed() {
        return place != null && !ephemeral && !excused;
    }

    synchronized @Nullable String contradiction() {
        return repeated ? null : contradiction;
    }

    long sentNanos() {
        return sentNanos;
    }

    private synchronized void contradict(String what) {
        if (contradiction == null) {
            contradiction = this + " " + what;
        }
    }

    @Override
    public String toString() {
        return "event " + number + " of " + channel;
    }
}
