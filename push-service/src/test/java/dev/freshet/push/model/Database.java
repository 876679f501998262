package dev.freshet.push.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keys of one partition on one server.
final class Database {

    /// `events:{p}`; a key that does not exist is like an empty stream to all who look.
    ModelStream log = new ModelStream();

    /// `history:{p}:<channel>`.
    final Map<String, ModelStream> histories = new HashMap<>();

    /// Channels whose history key is not a stream.
    final Set<String> wrongType = new HashSet<>();

    /// `channels:{p}`: channel → time of its last copy.
    final Map<String, Long> channels = new HashMap<>();

    @Nullable
    ModelState state;

    /// The newest append that this server knows of; for the witness only, so `FLUSHALL` leaves it.
    int newestSerial;

    Database copy() {
        Database copy = new Database();
        copy.log = log.copy();
        histories.forEach((channel, history) -> copy.histories.put(channel, history.copy()));
        copy.wrongType.addAll(wrongType);
        copy.channels.putAll(channels);
        copy.state = state == null ? null : state.copy();
        copy.newestSerial = newestSerial;
        return copy;
    }

    void append(Published published, long clock) {
        log.add(new ModelEntry(log.next(clock), published));
        newestSerial = published.serial;
    }

    /// Whether the log is not the one of which the state speaks: fewer are gone from it than were copied and are no
    /// longer there. (Who deletes the key and appends again begins a stream anew.)
    boolean isAnotherLog() {
        return state != null && log.isAnotherThan(state.indexed, state.count);
    }

    void flush() {
        log = new ModelStream();
        histories.clear();
        wrongType.clear();
        channels.clear();
        state = null;
    }
}
