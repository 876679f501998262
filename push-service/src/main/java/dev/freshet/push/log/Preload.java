package dev.freshet.push.log;

import dev.freshet.contract.event.EventId;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.config.PushConfig;
import dev.freshet.push.delivery.Window;
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

    Preload(RedisConnection connection, EntryDecoder decoder, PushConfig.Tail config, LogFacts facts) {
        this.connection = connection;
        this.decoder = decoder;
        this.config = config;
        this.facts = facts;
    }

    Future<Window> load() {
        return page(facts.last().toString());
    }

    private Future<Window> page(String upTo) {
        Request request = Request.cmd(Command.XREVRANGE)
                .arg(Keys.events(facts.partition()))
                .arg(upTo)
                .arg("-")
                .arg("COUNT")
                .arg(PAGE);
        return connection.send(request).compose(answer -> {
            for (Response entry : answer) {
                EntryDecoder.Decoded decoded = decoder.decode(entry, facts.epoch());
                entries.addFirst(decoded);
                bytes += decoded.bytes();
            }
            boolean atStart = answer.size() < PAGE;
            boolean full = entries.size() >= config.windowEvents() || bytes >= config.windowBytes();
            return atStart || full
                    ? Future.succeededFuture(window(atStart))
                    : page("(" + entries.getFirst().id().position());
        });
    }

    /// The window is complete behind its begin. With the whole log at hand that nothing was ever taken from, that
    /// is the very beginning; else it is the oldest entry at hand, or the newest that somebody deleted if that is
    /// later.
    private Window window(boolean atStart) {
        StreamId begin;
        if (atStart && facts.gone() == 0) {
            begin = StreamId.ZERO;
        } else if (entries.isEmpty()) {
            begin = facts.last();
        } else {
            begin = entries.removeFirst().id().position();
        }
        if (facts.maxDeleted().compareTo(begin) > 0) {
            begin = facts.maxDeleted();
        }
        Window window = new Window(
                new EventId(facts.partition(), begin, facts.epoch()), config.windowEvents(), config.windowBytes());
        StreamId end = begin;
        for (EntryDecoder.Decoded entry : entries) {
            if (entry.id().position().compareTo(begin) > 0) {
                window.append(entry.id().position(), entry.logged());
                end = entry.id().position();
            }
        }
        if (facts.last().compareTo(end) > 0) {
            // The last entry is gone, but its place is where reading goes on, and it is handed out.
            window.append(facts.last(), null);
        }
        return window;
    }
}
