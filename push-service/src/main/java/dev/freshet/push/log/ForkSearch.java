package dev.freshet.push.log;

import dev.freshet.contract.event.LoggedEvent;
import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Entry;
import dev.freshet.contract.log.Keys;
import dev.freshet.push.delivery.Window;
import dev.freshet.service.log.EntryDecoder;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/// Finds the newest entry of a window that the log has too, with the same content: up to there the log is the one
/// that was read.
///
/// Ids alone prove nothing: another primary gives the same ones to other entries. An entry that was skipped as
/// malformed is not compared; one before it will do.
final class ForkSearch {

    private static final int PAGE = 500;

    private final int partition;
    private final RedisConnection primary;
    private final EntryDecoder decoder;
    private final Window window;

    /// The newest number of the window that is still to be compared.
    private long number;

    ForkSearch(int partition, RedisConnection primary, EntryDecoder decoder, Window window) {
        this.partition = partition;
        this.primary = primary;
        this.decoder = decoder;
        this.window = window;
        this.number = window.last();
    }

    /// @return its number in the window; -1 if there is none
    Future<Long> newestCommon() {
        StreamId newest = window.id(number);
        return newest == null || number == window.begin().number()
                ? Future.succeededFuture(-1L)
                : page(newest.toString());
    }

    private Future<Long> page(String from) {
        Request request = Request.cmd(Command.XREVRANGE)
                .arg(Keys.events(partition))
                .arg(from)
                .arg("-")
                .arg("COUNT")
                .arg(PAGE);
        return primary.send(request).compose(answer -> {
            for (Response entry : answer) {
                EntryDecoder.Decoded there = decoder.decode(entry);
                while (isBehind(there.id())) {
                    number--;
                }
                if (number <= window.begin().number()) {
                    return Future.succeededFuture(-1L);
                }
                if (there.id().equals(window.id(number)) && isSame(there.entry())) {
                    return Future.succeededFuture(number);
                }
            }
            return answer.size() < PAGE
                    ? Future.succeededFuture(-1L)
                    : page("(" + answer.get(PAGE - 1).get(0));
        });
    }

    private boolean isBehind(StreamId there) {
        StreamId here = window.id(number);
        return here != null && number > window.begin().number() && here.compareTo(there) > 0;
    }

    private boolean isSame(Entry there) {
        @Nullable LoggedEvent here = window.event(number);
        return here != null
                && there instanceof Entry.Valid valid
                && valid.event().equals(here.event());
    }
}
