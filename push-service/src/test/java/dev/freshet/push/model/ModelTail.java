package dev.freshet.push.model;

import dev.freshet.contract.event.StreamId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A pod's reading of one partition, and its knowledge of its own continuity.
final class ModelTail {

    final int partition;
    final ModelRedis redis;
    final Rules rules;
    private final Supplier<String> newEpoch;

    /// Everyone who follows this partition at this pod.
    final List<Feed> feeds = new ArrayList<>();

    private ModelRedis.Node node;
    private List<ModelEntry> unchecked = List.of();

    /// The last check was answered, and well, by the server of this connection itself.
    private boolean isTrusted;

    String epoch = "";
    Map<String, StreamId> forks = new LinkedHashMap<>();
    Window window;

    /// The last id read.
    StreamId r = StreamId.ZERO;

    /// Entries ever added up to [#r]; may be too low, never too high.
    private long ordinal;

    /// For the witness: the append at or before [#r].
    int serial;

    ModelTail(int partition, ModelRedis redis, Rules rules, Supplier<String> newEpoch) {
        this.partition = partition;
        this.redis = redis;
        this.rules = rules;
        this.newEpoch = newEpoch;
        this.node = redis.primary;
        this.window = Window.of(redis.primary.data.log, 0, rules);
        EpochScripts.open(redis, newEpoch.get());
        EpochScripts.renew(redis, rules, newEpoch.get());
        preload(redis.primary.data);
    }

    /// The connection breaks and another one is made; a check comes before its first `XREAD`.
    void reconnect(ModelRedis.Node to) {
        node = to;
        isTrusted = false;
        unchecked = List.of();
        check();
    }

    /// `XREAD`. What it brought is handed on by the check that follows.
    void read() {
        if ((isTrusted || !rules.has(Rule.READ_WAITS_FOR_CHECK)) && unchecked.isEmpty()) {
            unchecked = node.data.log.after(r).stream().limit(Limits.READ_BATCH).toList();
            if (!rules.has(Rule.BATCH_IS_CHECKED)) {
                accept();
            }
        }
    }

    private void accept() {
        for (ModelEntry entry : unchecked) {
            if (entry.id().compareTo(r) > 0) {
                window.add(entry);
                r = entry.id();
                serial = entry.fields().serial;
                ordinal++;
            }
        }
        unchecked = List.of();
    }

    /// Whether the log is still the one that was read, and nothing of it was missed; by the tail's own server.
    void check() {
        check(node);
    }

    /// The same by the primary, for who must know about the log as a whole.
    void checkPrimary() {
        check(redis.primary);
    }

    private void check(ModelRedis.Node at) {
        Database data = at.data;
        ModelState state = data.state;
        if (state != null && isSameLog(data, state, at.replid) && isComplete(data.log)) {
            if (at == node || !rules.has(Rule.BATCH_IS_CHECKED_BY_ITS_SERVER)) {
                accept();
                isTrusted = true;
            }
            if (state.epoch.equals(epoch)) {
                forks = new LinkedHashMap<>(state.forks);
            }
        } else if (at != redis.primary && rules.has(Rule.PRIMARY_DECIDES)) {
            if (rules.has(Rule.BATCH_IS_CHECKED_BY_ITS_SERVER)) {
                isTrusted = false;
                unchecked = List.of();
            }
            check(redis.primary);
        } else if (state != null && isAnotherLog(data)) {
            EpochScripts.wipe(redis, rules, newEpoch.get());
            startAnew();
        } else if (state == null || !isSameLog(data, state, at.replid)) {
            new ForkSearch(this, newEpoch).settle();
        } else {
            startAnew();
        }
    }

    private boolean isSameLog(Database data, ModelState state, String replid) {
        return !isAnotherLog(data)
                && (!rules.has(Rule.REPLID_IS_COMPARED) || replid.equals(state.replid))
                && (!rules.has(Rule.EPOCH_IS_COMPARED) || epoch.equals(state.epoch));
    }

    private boolean isAnotherLog(Database data) {
        boolean sameEpoch = data.state != null && data.state.epoch.equals(epoch);
        return rules.has(Rule.DELETED_LOG_IS_RECOGNISED)
                && (data.isAnotherLog() || (sameEpoch && data.log.isAnotherThan(r, ordinal) && !hasLostItsEnd(data)));
    }

    /// What a server's end takes along is no deletion: what is left of the log is what was read.
    private boolean hasLostItsEnd(Database data) {
        return data.state != null
                && !redis.primary.replid.equals(data.state.replid)
                && window.newestCommon(data.log, rules) != null;
    }

    private boolean isComplete(ModelStream log) {
        return !(rules.has(Rule.GONE_BEYOND_READ) && log.hasPassed(r) && log.gone() > ordinal)
                && !(rules.has(Rule.DELETED_BEYOND_READ) && log.maxDeleted.compareTo(r) > 0);
    }

    /// Whether the primary still is what this pod reads; who answers from its other keys must know.
    boolean isSameLogOnPrimary() {
        ModelState state = redis.primary.data.state;
        return state != null
                && state.epoch.equals(epoch)
                && redis.primary.replid.equals(state.replid)
                && !isAnotherLog(redis.primary.data);
    }

    /// All followers get a gap, and the pod begins again at the log's end.
    void startAnew() {
        preload(redis.primary.data);
        leaveConnection();
        List.copyOf(feeds).forEach(Feed::startAnew);
    }

    /// Goes on from a position that the log shares with what was read.
    void continueFrom(StreamId fork, String newEpoch, Map<String, StreamId> newForks) {
        epoch = newEpoch;
        forks = new LinkedHashMap<>(newForks);
        StreamId read = r;
        serial = window.serialAt(fork);
        Collection<ModelEntry> cut = window.cutAfter(fork);
        ordinal -= cut.size();
        r = fork;
        leaveConnection();
        Set<String> phantoms = cut.stream()
                .filter(entry -> !entry.fields().ephemeral)
                .map(ModelEntry::channel)
                .collect(Collectors.toSet());
        for (Feed feed : List.copyOf(feeds)) {
            feed.follow(fork, read, phantoms);
        }
    }

    private void leaveConnection() {
        node = redis.primary;
        isTrusted = false;
        unchecked = List.of();
    }

    private void preload(Database data) {
        ModelState state = data.state;
        window = Window.of(data.log, data.newestSerial, rules);
        r = data.log.last;
        ordinal = data.log.added;
        serial = data.newestSerial;
        unchecked = List.of();
        if (state != null) {
            epoch = state.epoch;
            forks = new LinkedHashMap<>(state.forks);
        }
    }

    @Override
    public String toString() {
        return "(" + window.w0 + ", " + r + "]~" + epoch;
    }
}
