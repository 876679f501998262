package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One primary, which the configured Sentinels know.
///
/// All of them are asked at once, and the majority is believed: one that was paused or cut off answers with the
/// primary of its time.
///
/// @see <a href="https://redis.io/docs/latest/develop/reference/sentinel-clients/">Guidelines for Sentinel clients</a>
final class SentinelTopology implements Topology {

    private final Connector connector;
    private final String name;
    private final List<Guide> sentinels = new ArrayList<>();
    private @Nullable Address primary;

    /// @param name of the primary, as the Sentinels call it
    SentinelTopology(Connector connector, String name) {
        this.connector = connector;
        this.name = name;
        for (int i = 0; i < connector.configured().size(); i++) {
            int index = i;
            sentinels.add(new Guide(connector, () -> connector.guide(index)));
        }
    }

    @Override
    public @Nullable Address primary(int slot) {
        return primary;
    }

    @Override
    public Future<Void> refresh() {
        return new Vote().future().map(elected -> {
            primary = elected;
            return null;
        });
    }

    @Override
    public void doubt(Address failed) {
        if (failed.equals(primary)) {
            primary = null;
        }
    }

    @Override
    public boolean moved(int slot, Address to) {
        return false;
    }

    @Override
    public boolean isPrimary(Address server) {
        return server.equals(primary);
    }

    @Override
    public Future<List<Address>> replicas(int slot) {
        Address known = primary;
        return known == null
                ? Future.failedFuture(new RedisUnavailable("no primary is known"))
                : connector.replicasOf(known);
    }

    @Override
    public boolean canChange() {
        return true;
    }

    @Override
    public boolean isCluster() {
        return false;
    }

    @Override
    public void close() {
        sentinels.forEach(Guide::close);
    }

    /// Ends as soon as more than half of the Sentinels agree, else when all have answered or failed; then the address
    /// with the most votes wins, and the earliest among equals.
    private final class Vote {

        private final Promise<Address> result = Promise.promise();
        private final Map<Address, Integer> votes = new HashMap<>();
        private @Nullable Address leading;
        private int open = sentinels.size();

        Future<Address> future() {
            for (Guide sentinel : sentinels) {
                sentinel.ask(Request.cmd(Command.SENTINEL)
                                .arg("GET-MASTER-ADDR-BY-NAME")
                                .arg(name))
                        .onSuccess(this::vote)
                        .onComplete(answered -> close(answered.cause()));
            }
            return result.future();
        }

        private void vote(@Nullable Response answer) {
            if (answer == null) {
                // It does not know the name.
                return;
            }
            Address address =
                    new Address(answer.get(0).toString(), answer.get(1).toInteger());
            int count = votes.merge(address, 1, Integer::sum);
            if (leading == null || count > votes.getOrDefault(leading, 0)) {
                leading = address;
            }
            if (count > sentinels.size() / 2) {
                result.tryComplete(address);
            }
        }

        private void close(@Nullable Throwable failure) {
            open--;
            if (open > 0) {
                return;
            }
            if (leading != null) {
                result.tryComplete(leading);
            } else {
                result.tryFail(new RedisUnavailable("no Sentinel knows a primary " + name
                        + (failure == null ? "" : " (" + failure.getMessage() + ")")));
            }
        }
    }
}
