package dev.freshet.events.index;

import dev.freshet.contract.ContractViolation;
import dev.freshet.contract.channel.Channel;
import dev.freshet.contract.log.IndexScripts;
import dev.freshet.contract.log.Keys;
import dev.freshet.service.redis.OwnLink;
import dev.freshet.service.redis.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/// Expires one partition's histories, step by step. All on one Vert.x context.
final class HistoryExpiry {

    private static final Script STALE = Script.of(IndexScripts.STALE);
    private static final Script EXPIRE = Script.of(IndexScripts.EXPIRE);

    static final int CHANNELS_PER_STEP = 100;

    private final OwnLink redis;
    private final int partition;
    private final long ageMs;
    private final IndexMetrics metrics;

    HistoryExpiry(OwnLink redis, int partition, IndexBounds bounds, IndexMetrics metrics) {
        this.redis = redis;
        this.partition = partition;
        this.ageMs = bounds.historyAgeMs();
        this.metrics = metrics;
    }

    /// @return whether more are to expire at once
    Future<Boolean> step() {
        return redis.run(STALE, List.of(Keys.channels(partition)), List.of(ageMs, CHANNELS_PER_STEP))
                .compose(stale -> stale.size() == 0
                        ? Future.succeededFuture(false)
                        : expire(stale).map(done -> stale.size() == CHANNELS_PER_STEP));
    }

    private Future<Void> expire(Response stale) {
        List<String> keys = new ArrayList<>(List.of(Keys.state(partition), Keys.channels(partition)));
        List<Object> arguments = new ArrayList<>(List.of(ageMs));
        Request foreign = Request.cmd(Command.ZREM).arg(Keys.channels(partition));
        int foreigners = 0;
        for (Response name : stale) {
            try {
                Channel channel = Channel.parse(name.toString());
                keys.add(Keys.history(partition, channel));
                arguments.add(channel);
            } catch (ContractViolation notAChannel) {
                // A stranger's. It has no history, but would be the oldest for ever.
                foreign.arg(name.toBytes());
                foreigners++;
            }
        }
        return redis.run(EXPIRE, keys, arguments)
                .onSuccess(expired -> metrics.expired(expired.toLong()))
                .compose(foreigners == 0 ? Future::succeededFuture : expired -> redis.send(foreign))
                .mapEmpty();
    }
}
