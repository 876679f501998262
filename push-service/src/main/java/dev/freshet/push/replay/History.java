package dev.freshet.push.replay;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.log.ReplayScripts;
import dev.freshet.push.delivery.Hub;
import dev.freshet.push.delivery.LiveEvent;
import dev.freshet.push.delivery.LoopHub;
import dev.freshet.push.delivery.Past;
import dev.freshet.push.delivery.Window;
import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.service.log.EntryDecoder;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.RedisLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads channels' pasts from Redis, and keeps each page for a moment: when a pod dies, many clients come back at
/// once to the same channels and places, and share what was read. Safe for any thread; answers come on the hub's
/// event loop.
@Singleton
public final class History implements Past {

    private static final Script PAGE = Script.of(ReplayScripts.PAGE);
    private static final Script NEWEST = Script.of(ReplayScripts.NEWEST);

    /// Entries of a history per page. With the largest payloads that is 6 MiB, which Redis is busy with for some
    /// milliseconds.
    private static final int PAGE_ENTRIES = 100;

    /// Entries of all pages that are read together, about.
    private static final int TOGETHER_ENTRIES = 1_000;

    private static final int LEAST_ENTRIES = 10;

    /// Entries of the log that one page looks at: most are of other channels.
    private static final int LOG_ENTRIES = 200;

    /// What a page says was true when it was read, and stays true of then; it only must not fill the memory.
    private static final long KEPT_MS = 500;

    /// Bytes of events that are kept, about.
    private static final long KEPT_BYTES = 16 * 1024 * 1024;

    private record Question(Channel channel, StreamId after, String epoch, int entries) {}

    private final RedisLink redis;
    private final Log log;
    private final Hub hubs;
    private final PushMetrics metrics;
    private final Vertx vertx;
    private final ConcurrentMap<Question, Future<Page>> pages = new ConcurrentHashMap<>();
    private final AtomicLong kept = new AtomicLong();

    History(RedisLink redis, Log log, Hub hubs, PushMetrics metrics, Vertx vertx) {
        this.redis = redis;
        this.log = log;
        this.hubs = hubs;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    @Override
    public Future<Page> page(LoopHub hub, Channel channel, EventId after, int together) {
        int partition = hub.partitionOf(channel);
        String epoch = hub.position(partition).epoch();
        Question question = new Question(
                channel, after.position(), epoch, Math.clamp(TOGETHER_ENTRIES / together, LEAST_ENTRIES, PAGE_ENTRIES));
        Promise<Page> mine = Promise.promise();
        Future<Page> known = pages.putIfAbsent(question, mine.future());
        if (known == null) {
            known = mine.future();
            ask(question, partition, hub.window(partition).begin().id()).onComplete(mine);
            known.onComplete(asked -> {
                if (asked.result() instanceof Page.Read read) {
                    keep(question, read);
                } else {
                    pages.remove(question);
                }
            });
        }
        return on(hub, known);
    }

    /// The newest events of a channel up to where the hub stands, without ephemeral ones; ascending. It promises
    /// nothing about what else there was.
    ///
    /// @param count up to 100
    /// @param type only events of this one; `null`: all
    public Future<List<LiveEvent>> newest(LoopHub hub, Channel channel, int count, @Nullable String type) {
        int partition = hub.partitionOf(channel);
        EventId here = hub.position(partition);
        Window window = hub.window(partition);
        List<LiveEvent> recent = new ArrayList<>(window.newest(
                channel,
                hub.number(partition),
                count,
                logged -> !logged.event().ephemeral()
                        && (type == null || logged.event().type().equals(type))));
        // Where the window begins behind the hub, what lies between is about to be delivered.
        StreamId begin = window.begin().id();
        if (begin.compareTo(here.position()) > 0) {
            begin = here.position();
        }
        if (recent.size() == count || begin.equals(StreamId.ZERO)) {
            return Future.succeededFuture(recent.reversed());
        }
        List<String> keys = List.of(Keys.events(partition), Keys.state(partition), Keys.history(partition, channel));
        List<Object> arguments = List.of(channel, begin, count - recent.size(), type == null ? "" : type, LOG_ENTRIES);
        return on(hub, redis.run(NEWEST, keys, arguments).map(answer -> {
            List<LiveEvent> older = decode(partition, here.epoch(), answer, 0);
            recent.addAll(older);
            return recent.reversed();
        }));
    }

    /// The newest events of several channels together; in the order of their places, of the partitions where
    /// these are equal.
    public Future<List<LiveEvent>> newestOf(
            LoopHub hub, List<Channel> channels, int count, Predicate<LiveEvent> wanted) {
        List<Future<List<LiveEvent>>> each = channels.stream()
                .map(channel -> newest(hub, channel, count, null))
                .toList();
        return Future.all(each).map(all -> {
            List<LiveEvent> events = each.stream()
                    .flatMap(future -> future.result().stream())
                    .filter(wanted)
                    .sorted(Comparator.comparing(LiveEvent::position)
                            .thenComparing(event -> event.logged().id().partition()))
                    .toList();
            return events.subList(Math.max(0, events.size() - count), events.size());
        });
    }

    private Future<Page> ask(Question question, int partition, StreamId upTo) {
        metrics.pageRead();
        List<String> keys = List.of(
                Keys.events(partition),
                Keys.state(partition),
                Keys.history(partition, question.channel()),
                Keys.channels(partition));
        List<Object> arguments =
                List.of(question.channel(), question.epoch(), question.after(), upTo, question.entries(), LOG_ENTRIES);
        return redis.run(PAGE, keys, arguments).compose(answer -> switch (answer.get(0)
                .toString()) {
            case "trimmed" -> Future.succeededFuture(new Page.Trimmed());
            // Who asks again must find the tail with it.
            case "changed" -> hubs.check(partition).map(checked -> new Page.Changed());
            default ->
                Future.succeededFuture(new Page.Read(
                        decode(partition, question.epoch(), answer, 2),
                        StreamId.require(answer.get(1).toString()),
                        answer.get(0).toString().equals("scan")));
        });
    }

    private List<LiveEvent> decode(int partition, String epoch, Response entries, int from) {
        EntryDecoder decoder = log.decoder(partition);
        List<LiveEvent> events = new ArrayList<>(entries.size());
        for (int i = from; i < entries.size(); i++) {
            EntryDecoder.Decoded decoded = decoder.decode(entries.get(i));
            if (decoded.entry() instanceof Entry.Valid valid) {
                events.add(
                        LiveEvent.ofPast(new LoggedEvent(new EventId(partition, decoded.id(), epoch), valid.event())));
            }
        }
        return events;
    }

    private void keep(Question question, Page.Read page) {
        long bytes = page.events().stream().mapToLong(LiveEvent::bytes).sum();
        if (kept.addAndGet(bytes) > KEPT_BYTES) {
            forget(question, bytes);
        } else {
            vertx.setTimer(KEPT_MS, fired -> forget(question, bytes));
        }
    }

    private void forget(Question question, long bytes) {
        pages.remove(question);
        kept.addAndGet(-bytes);
    }

    private static <T> Future<T> on(LoopHub hub, Future<T> answer) {
        Promise<T> promise = Promise.promise();
        answer.onComplete(result -> hub.later(() -> promise.handle(result)));
        return promise.future();
    }
}
