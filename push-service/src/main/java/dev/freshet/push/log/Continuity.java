package dev.freshet.push.log;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Keys;
import dev.freshet.contract.message.GapReason;
import dev.freshet.push.delivery.Window;
import dev.freshet.service.log.EntryDecoder;
import dev.freshet.service.log.Log;
import dev.freshet.service.log.LogFacts;
import dev.freshet.service.log.Renewal;
import dev.freshet.service.redis.ReadFrom;
import dev.freshet.service.redis.RedisLink;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisConnection;
import org.jspecify.annotations.Nullable;

/// Finds out what became of a log that is not, or may not be, the one that was read. Always by its primary.
final class Continuity {

    /// What became of it.
    sealed interface Outcome {

        /// Nothing: it is the log that was read.
        record Same() implements Outcome {}

        /// It went another way, or may have, behind a place that it shares with what was read.
        ///
        /// @param number of that place in the window
        record Fork(long number, Renewal renewal) implements Outcome {}

        /// Something is missing, and nobody knows what.
        record Lost(GapReason reason, String why) implements Outcome {}
    }

    private final int partition;
    private final Log log;
    private final RedisLink redis;
    private final EntryDecoder decoder;

    Continuity(int partition, Log log, RedisLink redis, EntryDecoder decoder) {
        this.partition = partition;
        this.log = log;
        this.redis = redis;
        this.decoder = decoder;
    }

    /// The facts of a log whose epoch is of its present life, for who has read nothing of it.
    Future<LogFacts> renewed() {
        return log.open(partition)
                .compose(facts -> facts.isOfThisServer() && !facts.isAnotherLog()
                        ? Future.succeededFuture(facts)
                        : log.renew(facts, null).compose(renewal -> renewed()));
    }

    Future<Outcome> settle(Read read) {
        return log.facts(partition).compose(facts -> switch (Verdict.of(facts, read)) {
            case SAME -> Future.succeededFuture(new Outcome.Same());
            case STATELESS -> log.open(partition).map(opened -> new Outcome.Lost(GapReason.RESET, "it was flushed"));
            case ANOTHER -> log.renew(facts, own(read, null)).compose(renewal -> another(renewal, read));
            case INCOMPLETE ->
                Future.succeededFuture(
                        new Outcome.Lost(GapReason.TRIMMED, "entries were removed before they could be read"));
            case FORKED -> fork(facts, read);
        });
    }

    private Future<Outcome> another(Renewal renewal, Read read) {
        return renewal.outcome() == Renewal.Outcome.CHANGED
                ? settle(read)
                : Future.succeededFuture(new Outcome.Lost(GapReason.RESET, "it is another one than before"));
    }

    private Future<Outcome> fork(LogFacts facts, Read read) {
        Window window = read.window();
        return newestCommon(window).compose(common -> {
            StreamId place = common < 0 ? null : window.id(common);
            return log.renew(facts, own(read, place)).compose(renewal -> switch (renewal.outcome()) {
                case CHANGED, ANOTHER -> another(renewal, read);
                case RENEWED, RAISED -> {
                    StreamId shared = shared(facts.current(), read.position().epoch());
                    long number = Math.max(common, shared == null ? -1 : window.find(shared));
                    yield Future.succeededFuture(
                            number < 0
                                    ? new Outcome.Lost(GapReason.RESET, "it shares nothing with what was read")
                                    : new Outcome.Fork(number, renewal));
                }
            });
        });
    }

    private Future<Long> newestCommon(Window window) {
        return redis.dedicated(Keys.events(partition), ReadFrom.PRIMARY)
                .compose(primary -> new ForkSearch(partition, primary, decoder, window)
                        .newestCommon()
                        .onComplete(found -> close(primary)));
    }

    private static void close(RedisConnection connection) {
        connection.close();
    }

    /// Up to where the state said that an epoch is shared. Its own is, up to `indexed`: log and state were
    /// replicated together.
    private static @Nullable StreamId shared(LogFacts.State state, String epoch) {
        return state.epoch().equals(epoch) ? state.indexed() : state.forks().of(epoch);
    }

    private static Renewal.Own own(Read read, @Nullable StreamId common) {
        return new Renewal.Own(read.position().epoch(), common, read.position().position(), read.ordinal());
    }
}
