package dev.freshet.service.log;

import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Single events that are appended to one partition in one turn of an event loop go to Redis together, for a script
/// for each costs Redis and us several times as much. None waits longer than the turn takes.
///
/// An event's fate is that of its script, which takes all or none: whatever can keep it from taking one (Redis away,
/// full, no primary any more, replicas too slow) would keep it from taking the others too.
///
/// Safe for any thread; answers come on the caller's context. On a thread that is not an event loop's, nothing is
/// gathered.
final class GroupCommit {

    /// What a script may append: with events of the greatest size, as much as a request of many.
    static final int MAX_TOGETHER = 64;

    /// Appends events to a partition, all or none, in order.
    @FunctionalInterface
    interface Append {
        Future<List<EventId>> append(int partition, List<Event> events);
    }

    private record Waiting(Event event, Promise<EventId> done) {}

    private final Append append;

    /// By partition, of each event loop.
    private final FastThreadLocal<List<List<Waiting>>> gathered;

    GroupCommit(int partitions, Append append) {
        this.append = append;
        this.gathered = new FastThreadLocal<>() {
            @Override
            protected List<List<Waiting>> initialValue() {
                List<List<Waiting>> all = new ArrayList<>(partitions);
                for (int partition = 0; partition < partitions; partition++) {
                    all.add(new ArrayList<>());
                }
                return all;
            }
        };
    }

    Future<EventId> append(int partition, Event event) {
        ContextInternal context = ContextInternal.current();
        if (context == null || !context.isEventLoopContext() || !context.inThread()) {
            return append.append(partition, List.of(event)).map(List::getFirst);
        }
        List<Waiting> waiting = gathered.get().get(partition);
        Promise<EventId> done = context.promise();
        waiting.add(new Waiting(event, done));
        if (waiting.size() == MAX_TOGETHER) {
            commit(partition);
        } else if (waiting.size() == 1) {
            // Not on the caller's own context, whose request has nothing to do with the others'.
            context.unwrap().runOnContext(endOfTurn -> commit(partition));
        }
        return done.future();
    }

    /// Sends what this thread has gathered for a partition. To be called before anything else is sent to it, so that
    /// nothing overtakes.
    void commit(int partition) {
        List<List<Waiting>> all = gathered.getIfExists();
        if (all == null || all.get(partition).isEmpty()) {
            return;
        }
        List<Waiting> together = all.set(partition, new ArrayList<>());
        List<Event> events = together.stream().map(Waiting::event).toList();
        append.append(partition, events).onComplete(result -> conclude(together, result));
    }

    private static void conclude(List<Waiting> together, AsyncResult<@Nullable List<EventId>> result) {
        List<EventId> ids = result.result();
        for (int i = 0; i < together.size(); i++) {
            Promise<EventId> done = together.get(i).done;
            if (ids == null) {
                done.fail(result.cause());
            } else {
                done.complete(ids.get(i));
            }
        }
    }
}
