package dev.freshet.push.model;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one connection follows of one partition: a cursor, not a queue.
///
/// Everything goes the same way, replay and live: from [#position] on, out of the window where it reaches back
/// far enough, else page by page from history.
final class Feed {

    final ModelTail tail;
    final ModelClient client;
    final List<String> channels;

    /// Nothing at or below it is owed any more.
    StreamId position;

    /// Channels whose gap covers more than [#position].
    private final Map<String, StreamId> covered = new HashMap<>();

    /// Facts of the first page, for the mutant that trusts them.
    @Nullable
    Page firstPage;

    Feed(ModelTail tail, ModelClient client, List<String> channels) {
        this.tail = tail;
        this.client = client;
        this.channels = channels;
        this.position = tail.r;
        tail.feeds.add(this);
    }

    /// Begins without a cursor: with what follows.
    void begin() {
        client.begin(this);
    }

    /// Begins with a cursor.
    void resume(EventId cursor) {
        StreamId c = cursor.position();
        // Whatever a check finds while the connection is opened, it must not say a second gap.
        tail.feeds.remove(this);
        if (!isCurrent(cursor) && tail.rules.has(Rule.UNKNOWN_EPOCH_IS_LOOKED_UP)) {
            tail.checkPrimary();
        }
        tail.feeds.add(this);
        if (!isCurrent(cursor)) {
            tellAll();
            return;
        }
        if (c.compareTo(tail.r) > 0) {
            boolean beyond = c.compareTo(tail.redis.primary.data.log.last) > 0;
            if ((beyond && tail.rules.has(Rule.AHEAD_OF_LOG_IS_RESET)) || !tail.rules.has(Rule.AHEAD_OF_POD_WAITS)) {
                tellAll();
                return;
            }
        }
        position = c;
    }

    private boolean isCurrent(EventId cursor) {
        if (cursor.epoch().equals(tail.epoch) || !tail.rules.has(Rule.CURSOR_EPOCH)) {
            return true;
        }
        StreamId fork = tail.forks.get(cursor.epoch());
        return fork != null
                && (!tail.rules.has(Rule.CURSOR_NOT_ABOVE_FORK)
                        || cursor.position().compareTo(fork) <= 0);
    }

    /// The socket is writable: delivers a little.
    void drain() {
        if (isAheadOfPod()) {
            // The pod lags; the tail will come.
            return;
        }
        if (position.compareTo(tail.window.w0) < 0) {
            new Replay(this).page();
            return;
        }
        firstPage = null;
        deliver(tail.window.after(position).stream().limit(Limits.PAGE).toList());
    }

    void deliver(List<ModelEntry> entries) {
        for (ModelEntry entry : entries) {
            boolean wanted = channels.contains(entry.channel()) && !entry.fields().malformed;
            boolean isCovered = from(entry.channel()).compareTo(entry.id()) >= 0;
            position = entry.id();
            if (wanted && !isCovered) {
                client.receive(this, entry);
            }
            client.mark(this, entry.fields());
        }
        if (position.equals(tail.r)) {
            client.isLive(this);
        }
    }

    /// Where a channel goes on: not below the position, nor below what its gap covers.
    StreamId from(String channel) {
        return ModelState.max(position, covered.getOrDefault(channel, StreamId.ZERO));
    }

    /// One gap on one channel: it goes on live, the others are replayed.
    void tell(String channel) {
        client.gap(this, channel, true);
        covered.put(channel, tail.r);
    }

    /// One gap on each channel: the cursor is of no use.
    private void tellAll() {
        channels.forEach(this::tell);
        skipTo(tail.r);
    }

    /// All channels are covered up to a position.
    void skipTo(StreamId to) {
        position = to;
        firstPage = null;
        client.mark(this, null);
    }

    /// The pod missed something or began anew: one gap on each channel.
    void startAnew() {
        for (String channel : channels) {
            client.gap(this, channel, false);
            covered.put(channel, tail.r);
        }
        skipTo(tail.r);
    }

    /// The log forked: who may have seen events that it does not have any more is told, channel by channel.
    ///
    /// @param read how far the pod had come; what another pod showed beyond it, this one cannot know
    void follow(StreamId fork, StreamId read, Set<String> phantoms) {
        if (position.compareTo(fork) <= 0) {
            covered.replaceAll((channel, upTo) -> ModelState.min(upTo, fork));
            return;
        }
        if (position.compareTo(read) > 0 && tail.rules.has(Rule.FORK_IS_TOLD)) {
            startAnew();
            return;
        }
        for (String channel : channels) {
            if (phantoms.contains(channel) && tail.rules.has(Rule.FORK_IS_TOLD)) {
                client.gap(this, channel, false);
            } else {
                client.goBack(this, channel);
            }
        }
        covered.clear();
        skipTo(fork);
    }

    boolean isAtEnd() {
        return position.equals(tail.r);
    }

    boolean isAheadOfPod() {
        return position.compareTo(tail.r) > 0;
    }

    /// Whether the log holds all that a channel still has to get before the window, and no more than may be read.
    boolean isInLog(String channel) {
        ModelStream log = tail.redis.primary.data.log;
        StreamId from = from(channel);
        return !log.hasPassed(from)
                && log.maxDeleted.compareTo(from) <= 0
                && log.between(from, tail.window.w0).size() <= Limits.LOG_REPLAY;
    }

    String here() {
        return "at " + position + "~" + tail.epoch + " of " + channels + ", pod " + tail;
    }
}
