package dev.freshet.events.append;

import dev.freshet.contract.event.Event;
import dev.freshet.contract.event.EventId;
import dev.freshet.service.log.IdempotencyConflict;
import dev.freshet.service.log.IdempotencyKey;
import dev.freshet.service.log.Log;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Appends the events of one request, whichever partitions they belong to: one append per partition, so those of
/// a channel keep their order.
@Singleton
public final class PartitionedAppend {

    private final Log log;

    PartitionedAppend(Log log) {
        this.log = log;
    }

    /// One outcome per event, in the events' order. A partition takes all of its events or none.
    ///
    /// Fails only with [IdempotencyConflict], and then nothing was appended.
    ///
    /// @param key a retry with it completes what is missing and gets the same ids for what is not
    public Future<List<Appended>> append(List<Event> events, @Nullable IdempotencyKey key) {
        if (events.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Map<Integer, List<Integer>> places = new TreeMap<>();
        for (int i = 0; i < events.size(); i++) {
            int partition = log.partitions().of(events.get(i).channel());
            places.computeIfAbsent(partition, p -> new ArrayList<>()).add(i);
        }
        Appended[] outcomes = new Appended[events.size()];
        return log.claim(key)
                .compose(claimed -> Future.join(places.entrySet().stream()
                        .map(part -> appendPart(part.getKey(), part.getValue(), events, key, outcomes))
                        .toList()))
                .map(done -> Arrays.asList(outcomes));
    }

    /// The same for events that must all be taken. Fails if one was not, though others may stand in the log.
    public Future<List<EventId>> appendAll(List<Event> events, @Nullable IdempotencyKey key) {
        if (events.size() == 1) {
            int partition = log.partitions().of(events.getFirst().channel());
            return log.claim(key).compose(claimed -> log.append(partition, events, key));
        }
        return append(events, key).map(outcomes -> {
            List<EventId> ids = new ArrayList<>(outcomes.size());
            for (Appended outcome : outcomes) {
                switch (outcome) {
                    case Appended.At(EventId id) -> ids.add(id);
                    case Appended.Lost(RuntimeException failure) -> throw failure;
                    case Appended.Lost(Throwable failure) -> throw new IllegalStateException(failure);
                }
            }
            return ids;
        });
    }

    private Future<Void> appendPart(
            int partition,
            List<Integer> places,
            List<Event> events,
            @Nullable IdempotencyKey key,
            Appended[] outcomes) {
        return log.append(partition, places.stream().map(events::get).toList(), key)
                .<Void>map(ids -> {
                    for (int i = 0; i < places.size(); i++) {
                        outcomes[places.get(i)] = new Appended.At(ids.get(i));
                    }
                    return null;
                })
                .recover(failure -> {
                    if (failure instanceof IdempotencyConflict) {
                        return Future.failedFuture(failure);
                    }
                    places.forEach(place -> outcomes[place] = new Appended.Lost(failure));
                    return Future.succeededFuture();
                });
    }
}
