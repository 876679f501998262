package dev.freshet.service.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Forks;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/// What was true of a partition at one moment, on the server that was asked.
///
/// @param partition which
/// @param server the `master_replid` of the server
/// @param state what stands in `state:{p}`; `null` if there is none
/// @param last the id last given, whether or not its entry still exists
/// @param maxDeleted the greatest id of an entry that somebody deleted; trimming does not count
/// @param added how many entries were ever added to this incarnation of the key
/// @param length how many there are
/// @param first the oldest entry's id; `null` if there is no entry
public record LogFacts(
        int partition,
        String server,
        @Nullable State state,
        StreamId last,
        StreamId maxDeleted,
        long added,
        long length,
        @Nullable StreamId first) {

    /// @param epoch the incarnation of the log
    /// @param server the `master_replid` when the epoch was given; empty if nobody recorded it
    /// @param forks what the log shares with epochs of before
    /// @param indexed histories have every entry up to this id
    /// @param count entries ever added up to `indexed`, or fewer
    /// @param hole no history at or below this id can be trusted
    /// @param floor nor anything at or below this id for a channel without a history
    public record State(
            String epoch, String server, Forks forks, StreamId indexed, long count, StreamId hole, StreamId floor) {}

    /// Reads the answer of [LogScripts#FACTS].
    static LogFacts read(int partition, Response answer) {
        String epoch = answer.get(2).toString();
        State state = epoch.isEmpty()
                ? null
                : new State(
                        epoch,
                        answer.get(3).toString(),
                        Forks.parse(answer.get(4).toString()),
                        id(answer.get(5)),
                        number(answer.get(6)),
                        id(answer.get(7)),
                        id(answer.get(8)));
        StreamId first = id(answer.get(14));
        return new LogFacts(
                partition,
                answer.get(9).toString(),
                state,
                id(answer.get(10)),
                id(answer.get(11)),
                number(answer.get(12)),
                number(answer.get(13)),
                first.equals(StreamId.ZERO) ? null : first);
    }

    /// The state's epoch; empty if there is no state.
    public String epoch() {
        return state == null ? "" : state.epoch();
    }

    /// The log's end.
    ///
    /// @throws IllegalStateException if there is no state, and so no epoch
    public EventId end() {
        return new EventId(partition, last, current().epoch());
    }

    /// @throws IllegalStateException if there is no state
    public State current() {
        if (state == null) {
            throw new IllegalStateException("the log has no state");
        }
        return state;
    }

    /// Entries that were ever added and are not there any more, trimmed or deleted.
    public long gone() {
        return added - length;
    }

    /// Whether everything up to an id is gone; then what is gone tells whether more is.
    public boolean hasPassed(StreamId id) {
        return first == null || first.compareTo(id) > 0;
    }

    /// Whether the log is surely not the one of which so many entries were seen, the last with this id.
    public boolean isAnotherThan(StreamId seen, long ordinal) {
        return last.compareTo(seen) < 0 || (hasPassed(seen) && gone() < ordinal);
    }

    /// Whether the log is surely not the one that the state speaks of: somebody deleted the key.
    public boolean isAnotherLog() {
        return state != null && isAnotherThan(state.indexed(), state.count());
    }

    /// Whether the epoch was given by this server in its present life, so that nothing can have been lost since.
    public boolean isOfThisServer() {
        return state != null && state.server().equals(server);
    }

    private static StreamId id(Response answer) {
        String text = answer.toString();
        return text.isEmpty() ? StreamId.ZERO : StreamId.require(text);
    }

    private static long number(Response answer) {
        String text = answer.toString();
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
