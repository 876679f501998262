package dev.freshet.service.redis;

import io.vertx.core.Future;
import java.util.List;

/// One server that is configured, whoever answers there.
final class StandaloneTopology implements Topology {

    private final Connector connector;
    private final Address server;

    StandaloneTopology(Connector connector) {
        this.connector = connector;
        this.server = connector.configured().getFirst();
    }

    @Override
    public Address primary(int slot) {
        return server;
    }

    @Override
    public Future<Void> refresh() {
        return Future.succeededFuture();
    }

    @Override
    public void doubt(Address failed) {}

    @Override
    public boolean moved(int slot, Address to) {
        return false;
    }

    @Override
    public boolean isPrimary(Address other) {
        return other.equals(server);
    }

    @Override
    public Future<List<Address>> replicas(int slot) {
        return connector.replicasOf(server);
    }

    @Override
    public boolean canChange() {
        return false;
    }

    @Override
    public boolean isCluster() {
        return false;
    }

    @Override
    public void close() {}
}
