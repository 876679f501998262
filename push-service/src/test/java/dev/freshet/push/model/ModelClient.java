package dev.freshet.push.model;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.push.model.Violation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Follows some channels, at one pod after the other, and holds Freshet to its word.
final class ModelClient {

    final Map<Integer, List<String>> channels;
    private final Witness witness;
    private final boolean falseGapsFail;

    /// Open connections, one feed per partition; empty while it is away.
    final List<Feed> feeds = new ArrayList<>();

    /// The cursor, by partition.
    private final Map<Integer, Bookmark> bookmarks = new HashMap<>();

    /// Per channel: nothing up to this append is owed any more.
    private final Map<String, Integer> accounted = new HashMap<>();

    private boolean forges;
    private final Set<Integer> received = new HashSet<>();
    private final Set<Integer> receivedOnConnection = new HashSet<>();
    private final Map<String, Published> lastReceived = new HashMap<>();
    private final Map<String, Integer> toldOnResume = new HashMap<>();

    ModelClient(Map<Integer, List<String>> channels, Witness witness, boolean falseGapsFail) {
        this.channels = channels;
        this.witness = witness;
        this.falseGapsFail = falseGapsFail;
    }

    /// Makes up a cursor; such a client is owed nothing but an end of its waiting.
    void forge(EventId cursor) {
        if (isAway() && channels.containsKey(cursor.partition())) {
            bookmarks.put(cursor.partition(), new Bookmark(cursor, Map.of()));
            forges = true;
        }
    }

    boolean isAway() {
        return feeds.isEmpty();
    }

    void open(List<ModelTail> pod) {
        channels.forEach((partition, names) -> {
            Feed feed = new Feed(pod.get(partition), this, names);
            feeds.add(feed);
            Bookmark bookmark = bookmarks.get(partition);
            if (bookmark == null) {
                feed.begin();
            } else {
                witness.resumes++;
                accounted.putAll(bookmark.accounted());
                feed.resume(bookmark.cursor());
            }
        });
    }

    /// A cursor older than retention may get a false gap; then it begins anew.
    void forgetOlderThan(long ms) {
        if (bookmarks.values().stream().anyMatch(bookmark -> bookmark.cursor().timestamp() < ms)) {
            bookmarks.clear();
        }
    }

    void close() {
        for (Feed feed : feeds) {
            feed.tail.feeds.remove(feed);
        }
        feeds.clear();
        if (forges) {
            forges = false;
            bookmarks.clear();
            lastReceived.clear();
        }
        receivedOnConnection.clear();
        toldOnResume.clear();
    }

    void begin(Feed feed) {
        feed.channels.forEach(channel -> accounted.put(channel, feed.tail.serial));
        mark(feed, null);
    }

    void receive(Feed feed, ModelEntry entry) {
        Published event = entry.fields();
        String channel = event.channel;
        int upTo = accounted.getOrDefault(channel, 0);
        witness.deliveries++;
        if (forges) {
            return;
        }
        if (!receivedOnConnection.add(event.serial)) {
            throw new Violation(Kind.DUPLICATE, entry + " " + feed.here());
        }
        if (event.isLost()) {
            if (!event.ephemeral) {
                lastReceived.put(channel, event);
            }
            received.add(event.serial);
            return;
        }
        // Ephemeral events are never a gap, so who saw one that is no more need not be told.
        Published before = event.ephemeral ? lastReceived.get(channel) : lastReceived.put(channel, event);
        if (before != null && before.lostAt <= event.generation) {
            throw new Violation(Kind.UNTOLD_PHANTOM, before.serial + " before " + entry + " " + feed.here());
        }
        if (event.serial <= upTo) {
            throw new Violation(Kind.ORDER, entry + " after " + upTo + " " + feed.here());
        }
        check(feed, channel, upTo, event.serial - 1);
        received.add(event.serial);
        accounted.put(channel, event.serial);
    }

    /// The client's cursor moves.
    ///
    /// @param at the append there; `null` where a gap or a beginning says what is accounted for
    void mark(Feed feed, @Nullable Published at) {
        for (String channel : feed.channels) {
            int upTo = accounted.getOrDefault(channel, 0);
            if (at != null && !at.isLost() && at.serial > upTo) {
                check(feed, channel, upTo, at.serial);
                accounted.put(channel, at.serial);
            }
        }
        int partition = feed.tail.partition;
        Bookmark old = bookmarks.get(partition);
        Map<String, Integer> now = new HashMap<>();
        for (String channel : feed.channels) {
            // A gap may account for more than the cursor says: the next pod will not know.
            boolean isBeyond = feed.from(channel).compareTo(feed.position) > 0;
            int upTo = !isBeyond
                    ? accounted.getOrDefault(channel, 0)
                    : at == null || old == null
                            ? feed.channels.stream()
                                    .mapToInt(name -> accounted.getOrDefault(name, 0))
                                    .min()
                                    .orElse(0)
                            : at.isLost() ? old.accounted().getOrDefault(channel, 0) : at.serial;
            now.put(channel, upTo);
        }
        bookmarks.put(partition, new Bookmark(new EventId(partition, feed.position, feed.tail.epoch), now));
    }

    void gap(Feed feed, String channel, boolean ofCursor) {
        int upTo = accounted.getOrDefault(channel, 0);
        witness.gaps++;
        if (forges) {
            return;
        }
        // Another one at another place is another gap: the window has left the first one behind.
        Integer told = ofCursor ? toldOnResume.put(channel, feed.tail.serial) : null;
        if (told != null && told == feed.tail.serial) {
            throw new Violation(Kind.SECOND_GAP, channel + " " + feed.here());
        }
        boolean isFalse = missing(channel, upTo, feed.tail.serial).isEmpty() && !wasMisled(channel);
        if (isFalse || (falseGapsFail && feed.isInLog(channel))) {
            witness.falseGaps++;
            if (falseGapsFail) {
                throw new Violation(Kind.FALSE_GAP, channel + " " + feed.here());
            }
        }
        lastReceived.remove(channel);
        accounted.put(channel, feed.tail.serial);
    }

    /// The log forked before the feed's position: all that follows the fork is owed, and nothing of it has come
    /// yet.
    void goBack(Feed feed, String channel) {
        accounted.computeIfPresent(channel, (name, upTo) -> Math.min(upTo, feed.tail.serial));
    }

    /// A phantom was received since the last gap: then a gap tells something true.
    private boolean wasMisled(String channel) {
        Published last = lastReceived.get(channel);
        return last != null && last.isLost();
    }

    void isLive(Feed feed) {
        feed.channels.forEach(toldOnResume::remove);
    }

    /// Whether all that was published for it up to now has come.
    void mustHaveAll(Feed feed) {
        for (String channel : feed.channels) {
            check(feed, channel, accounted.getOrDefault(channel, 0), Integer.MAX_VALUE);
        }
        StreamId end = feed.tail.r;
        if (!feed.position.equals(end)) {
            throw new Violation(Kind.STUCK, "not at " + end + " " + feed.here());
        }
    }

    private void check(Feed feed, String channel, int after, int upTo) {
        List<Published> missing = missing(channel, after, upTo);
        if (!missing.isEmpty() && !forges) {
            Published first = missing.getLast();
            throw new Violation(
                    Kind.SILENT_LOSS, "append " + first.serial + " of " + channel + " is missing " + feed.here());
        }
    }

    private List<Published> missing(String channel, int after, int upTo) {
        return witness.owed(channel, after, upTo).stream()
                .filter(event -> !received.contains(event.serial))
                .toList();
    }
}
