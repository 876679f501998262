package dev.freshet.push.model;

import static dev.freshet.push.model.ModelState.min;

import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rule 4: a position older than the window. One script reads facts and range together, for one page.
final class Replay {

    private final Feed feed;
    private final ModelTail tail;
    private final Rules rules;
    private final List<ModelEntry> found = new ArrayList<>();

    /// How far this page speaks: for all channels, so that its last id is a cursor for all of them.
    private StreamId end;

    Replay(Feed feed) {
        this.feed = feed;
        this.tail = feed.tail;
        this.rules = tail.rules;
        this.end = tail.window.w0;
    }

    void page() {
        Database data = tail.redis.primary.data;
        ModelState state = data.state;
        boolean trusted = !rules.has(Rule.PAGE_IS_CHECKED_AGAIN) && feed.firstPage != null;
        if (rules.has(Rule.PAGE_COMPARES_LOG) && !trusted && !tail.isSameLogOnPrimary()) {
            tail.checkPrimary();
            return;
        }
        Page facts = trusted || state == null ? feed.firstPage : Page.of(state, data.log);
        if (facts == null) {
            return;
        }
        feed.firstPage = facts;
        StreamId lowest = tail.r;
        for (String channel : feed.channels) {
            if (feed.from(channel).compareTo(tail.window.w0) < 0 && !read(channel, facts, data)) {
                feed.tell(channel);
            }
            lowest = min(lowest, feed.from(channel));
        }
        if (lowest.compareTo(tail.window.w0) >= 0) {
            feed.skipTo(lowest);
            return;
        }
        feed.deliver(found.stream()
                .filter(entry -> entry.id().compareTo(end) <= 0)
                .sorted(Comparator.comparing(ModelEntry::id))
                .toList());
        feed.position = end;
    }

    /// Adds what the channel has in this page.
    ///
    /// @return `false` if nobody can say what it has
    private boolean read(String channel, Page facts, Database data) {
        StreamId from = feed.from(channel);
        if (from.compareTo(facts.indexed()) >= 0 && rules.has(Rule.HISTORY_UP_TO_INDEXED)) {
            return facts.isLogWholeAbove(from, rules) && readLog(channel, from, data.log, Integer.MAX_VALUE);
        }
        ModelStream history = data.histories.get(channel);
        boolean vanished = data.wrongType.contains(channel)
                || (history == null && data.channels.containsKey(channel) && rules.has(Rule.HISTORY_VANISHED));
        if (!vanished && from.compareTo(facts.bound(history, rules)) >= 0) {
            StreamId upTo = rules.has(Rule.HISTORY_UP_TO_INDEXED) ? min(facts.indexed(), end) : end;
            readHistory(history, from, upTo);
            return true;
        }
        return rules.has(Rule.LOG_ANSWERS_BELOW_BOUND)
                && facts.isLogWholeAbove(from, rules)
                && readLog(channel, from, data.log, Limits.LOG_REPLAY);
    }

    private void readHistory(@Nullable ModelStream history, StreamId from, StreamId upTo) {
        end = min(end, upTo);
        if (history != null) {
            take(List.copyOf(history.between(from, upTo)));
        }
    }

    private boolean readLog(String channel, StreamId from, ModelStream log, int atMost) {
        Collection<ModelEntry> range = log.between(from, tail.window.w0);
        if (range.size() > atMost) {
            return false;
        }
        take(range.stream()
                .filter(entry -> entry.channel().equals(channel) && !entry.fields().malformed)
                .filter(entry -> !entry.fields().ephemeral)
                .toList());
        return true;
    }

    private void take(List<ModelEntry> entries) {
        if (entries.size() > Limits.PAGE) {
            end = min(end, entries.get(Limits.PAGE - 1).id());
        }
        entries.stream().limit(Limits.PAGE).forEach(found::add);
    }
}
