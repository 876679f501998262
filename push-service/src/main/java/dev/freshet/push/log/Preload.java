package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Window;
import dev.freshet.service.log.EntryDecoder;
import dev.freshet.service.log.LogFacts;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.Deque;

/// Fills a window with what the log holds already, so that a new pod can answer clients that come back to it.
///
/// It reads backwards from the end that the facts name, page by page, until the window is full or the log begins.
///
/// @see <a href="https://redis.io/docs/latest/commands/xrevrange/">XREVRANGE</a>
final class Preload {

    /// Entries per page: a small part of what one command may hold Redis up for.
    private static final int PAGE = 500;

    private final RedisConnection connection;
    private final EntryDecoder decoder;
    private final PushConfig.Tail config;
    private final LogFacts facts;
    private final Deque<EntryDecoder.Decoded> entries = new ArrayDeque<>();
    private long bytes;
    private boolean atStart;

    /// @param facts of before, by the connection's own server
    Preload(RedisConnection connection, EntryDecoder decoder, PushConfig.Tail config, LogFacts facts) {
        this.connection = connection;
        this.decoder = decoder;
        this.config = config;
        this.facts = facts;
    }

    Future<Void> load() {
        return page(facts.last().toString());
    }

    private Future<Void> page(String upTo) {
        Request request = Request.cmd(Command.XREVRANGE)
                .arg(Keys.events(facts.partition()))
                .arg(upTo)
                .arg("-")
                .arg("COUNT")
                .arg(PAGE);
        return connection.send(request).compose(answer -> {
            for (Response entry : answer) {
                EntryDecoder.Decoded decoded = decoder.decode(entry);
                entries.addFirst(decoded);
                bytes += decoded.bytes();
            }
            atStart = answer.size() < PAGE;
            boolean full = entries.size() >= config.windowEvents() || bytes >= config.windowBytes();
            return atStart || full
                    ? Future.succeededFuture()
                    : page("(" + entries.getFirst().id());
        });
    }

    /// What was loaded, as far as it is complete: with the whole log at hand that nothing was ever taken from,
    /// from the very beginning; else from the oldest entry at hand, or from the newest that somebody deleted if
    /// that is later.
    ///
    /// @param after facts of the time after loading, for what was taken from the log meanwhile
    Read read(LogFacts after) {
        StreamId begin;
        if (atStart && after.gone() == 0) {
            begin = StreamId.ZERO;
        } else if (entries.isEmpty()) {
            begin = facts.last();
        } else {
            begin = entries.removeFirst().id();
        }
        if (after.maxDeleted().compareTo(begin) > 0) {
            begin = after.maxDeleted();
        }
        Window window = new Window(begin, config.windowEvents(), config.windowBytes());
        StreamId end = begin;
        for (EntryDecoder.Decoded entry : entries) {
            if (entry.id().compareTo(begin) > 0) {
                end = entry.id();
                EventId id = new EventId(facts.partition(), end, facts.epoch());
                window.append(
                        end, entry.entry() instanceof Entry.Valid valid ? new LoggedEvent(id, valid.event()) : null);
            }
        }
        if (facts.last().compareTo(end) > 0) {
            // The last entry is gone, but its place is where reading goes on, and it is handed out.
            window.append(facts.last(), null);
        }
        return new Read(facts.end(), facts.added(), window, facts.current().forks());
    }
}
