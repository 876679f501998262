package dev.freshet.events.document;

import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.DocumentScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.log.Log;
import dev.freshet.service.redis.Script;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Tells where cursors are: of one user in one document at most every 50 ms, however many replicas are asked. The
/// newest position of a burst is always told, that much later at most; those before it may be left out.
///
/// What waits is one position in Redis, so that the newest wins whichever replica took it. Every replica that put
/// one there comes back for it, so the loss of one loses at most its own last position. Safe for any thread.
@Singleton
final class Cursors {

    /// 20 a second: smooth to the eye.
    private static final int PAUSE_MS = 50;

    private static final Script MOVE = Script.of(DocumentScripts.MOVE);
    private static final byte[] NOTHING_NEW = {};

    private record Cursor(Channel document, String userId) {}

    private final Vertx vertx;
    private final Log log;
    private final Counter told;
    private final Counter delayed;
    private final Counter lost;

    /// For which this replica comes back: as many as were moved within the last pause.
    private final Set<Cursor> comingBack = ConcurrentHashMap.newKeySet();

    Cursors(Vertx vertx, Log log, MeterRegistry meters) {
        this.vertx = vertx;
        this.log = log;
        this.told = counter(meters, "told");
        this.delayed = counter(meters, "delayed");
        this.lost = counter(meters, "lost");
    }

    /// Done when the position was told or waits for its turn. Fails as the log does.
    Future<Void> move(Channel document, String userId, Position position) {
        Cursor cursor = new Cursor(document, userId);
        return run(cursor, position.of(userId)).map(pauseMs -> {
            if (pauseMs > 0) {
                delayed.increment();
                comeBack(cursor, pauseMs);
            }
            return null;
        });
    }

    private void comeBack(Cursor cursor, int pauseMs) {
        // If it is in there its timer has not fired, and what was put before that is found.
        if (comingBack.add(cursor)) {
            vertx.setTimer(pauseMs, fired -> {
                comingBack.remove(cursor);
                run(cursor, NOTHING_NEW)
                        .onSuccess(more -> {
                            if (more > 0) {
                                comeBack(cursor, more);
                            }
                        })
                        // Its sender was answered long ago; the next position makes up for it.
                        .onFailure(failure -> lost.increment());
            });
        }
    }

    /// @return ms after which to come back, 0 if nothing waits
    private Future<Integer> run(Cursor cursor, byte[] payload) {
        int partition = log.partitions().of(cursor.document());
        String key = Keys.cursor(partition, cursor.document().name(), cursor.userId());
        List<Object> arguments = List.of(cursor.document(), cursor.userId(), payload, PAUSE_MS);
        return log.runUnreplicated(partition, MOVE, List.of(key), arguments).map(answer -> {
            int appended = answer.get(0).toInteger();
            log.countAppended(appended);
            told.increment(appended);
            return answer.get(1).toInteger();
        });
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("freshet.documents.cursors")
                .description("Positions of cursors: told to followers, delayed, or lost while delayed")
                .tag("result", result)
                .register(meters);
    }
}
