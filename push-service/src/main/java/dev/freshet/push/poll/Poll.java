package dev.freshet.push.poll;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.Cursor;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.message.GapReason;
import dev.freshet.contract.message.PollResponse;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Past;
import dev.freshet.push.delivery.Window;
import dev.freshet.push.replay.History;
import dev.freshet.push.replay.Resume;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.redis.RedisUnavailable;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds what one poll is answered. Confined to its event loop.
final class Poll {

    /// So often the log may change under one poll before it is told to come again.
    private static final int PATIENCE = 5;

    private final LoopHub hub;
    private final History history;
    private final Caller caller;
    private final PollRequest request;
    private final Channel channel;
    private final int partition;
    private final List<LiveEvent> found = new ArrayList<>();
    private int changes;
    private int scans;

    Poll(LoopHub hub, History history, Caller caller, PollRequest request) {
        this.hub = hub;
        this.history = history;
        this.caller = caller;
        this.request = request;
        this.channel = request.channel();
        this.partition = hub.partitionOf(channel);
    }

    /// What there is now. Fails if Redis is needed and does not answer.
    Future<PollResponse> now() {
        Cursor after = request.after();
        if (after == null) {
            return newest(null);
        }
        return switch (Resume.decide(after, channel, hub)) {
            case Resume.Decision.Live live -> Future.succeededFuture(nothing());
            case Resume.Decision.Behind behind -> read(behind.number(), behind.place());
            case Resume.Decision.Gap gap -> newest(gap.reason());
        };
    }

    /// The newest events, where the client has no place, or none that can be used.
    Future<PollResponse> newest(@Nullable GapReason gap) {
        if (gap != null) {
            hub.countGap(gap);
        }
        EventId here = hub.position(partition);
        return history.newestOf(hub, List.of(channel), request.limit(), this::wants)
                .map(events -> {
                    boolean recent = gap == null
                            && !events.isEmpty()
                            && hub.window(partition).find(events.getLast().position()) >= 0;
                    // The same answer until the channel has something new, wherever the log's end moves meanwhile.
                    return answer(events, recent ? events.getLast().logged().id() : here, gap);
                });
    }

    Caller caller() {
        return caller;
    }

    /// Whether the client may see the event.
    boolean wants(LiveEvent event) {
        return !caller.userId().equals(event.logged().event().exclude());
    }

    /// Where the client stands while there is nothing for it: where it stood, so that the answer stays the same,
    /// unless that is about to leave the window.
    PollResponse nothing() {
        EventId here = hub.position(partition);
        EventId place = request.after() == null ? null : request.after().in(partition);
        Window window = hub.window(partition);
        boolean recent =
                place != null && window.find(place.position()) - window.begin().number() > window.size() / 2;
        return answer(List.of(), place != null && recent ? place : here, null);
    }

    PollResponse answer(List<LiveEvent> events, EventId cursor, @Nullable GapReason gap) {
        return new PollResponse(events.stream().map(LiveEvent::logged).toList(), Cursor.of(cursor), gap);
    }

    private Future<PollResponse> read(long number, EventId place) {
        if (number >= hub.window(partition).begin().number()) {
            Window.Missed missed = hub.window(partition).missed(channel, number, hub.number(partition));
            if (missed.complete()) {
                // Ephemeral events are for those who wait for them.
                missed.events().stream()
                        .filter(event -> !event.logged().event().ephemeral())
                        .forEach(this::add);
                return Future.succeededFuture(all());
            }
        }
        return history.page(hub, channel, place, 1).compose(page -> switch (page) {
            case Past.Page.Trimmed trimmed -> newest(GapReason.TRIMMED);
            case Past.Page.Changed changed -> again();
            case Past.Page.Read past -> {
                if (past.scanned()) {
                    scans++;
                }
                if (scans > Past.MOST_SCANS) {
                    yield newest(GapReason.TRIMMED);
                }
                past.events().forEach(this::add);
                if (found.size() > request.limit()) {
                    yield Future.succeededFuture(all());
                }
                EventId end = new EventId(
                        partition, past.end(), hub.position(partition).epoch());
                yield read(hub.window(partition).find(past.end()), end);
            }
        });
    }

    private Future<PollResponse> again() {
        changes++;
        found.clear();
        return changes > PATIENCE ? Future.failedFuture(new RedisUnavailable("the log changes all the time")) : now();
    }

    private void add(LiveEvent event) {
        if (wants(event)) {
            found.add(event);
        }
    }

    private PollResponse all() {
        if (found.isEmpty()) {
            return nothing();
        }
        List<LiveEvent> events = found.subList(0, Math.min(found.size(), request.limit()));
        return answer(events, events.getLast().logged().id(), null);
    }
}
