package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The slots of a cluster, as its nodes tell them.
///
/// The configured nodes are asked all at once, and the one that knows the latest epoch is believed: one that was paused
/// or cut off answers with the slots of its time. The other nodes are asked when none of the configured ones answers.
///
/// @see <a href="https://redis.io/docs/latest/commands/cluster-slots/">CLUSTER SLOTS</a>
final class ClusterTopology implements Topology {

    private final Connector connector;
    private final List<Node> configured = new ArrayList<>();
    private final Map<Address, Node> discovered = new HashMap<>();
    private @Nullable Address[] primaries = new Address[Slots.COUNT];
    private Set<Address> servers = Set.of();
    private List<Range> ranges = List.of();

    ClusterTopology(Connector connector) {
        this.connector = connector;
        List<Address> addresses = connector.configured();
        for (int i = 0; i < addresses.size(); i++) {
            int index = i;
            configured.add(new Node(addresses.get(i), new Guide(connector, () -> connector.guide(index))));
        }
    }

    @Override
    public @Nullable Address primary(int slot) {
        return primaries[slot];
    }

    @Override
    public Future<Void> refresh() {
        return latest(configured)
                .recover(failure ->
                        discovered.isEmpty() ? Future.failedFuture(failure) : latest(List.copyOf(discovered.values())))
                .map(view -> {
                    use(view);
                    return null;
                });
    }

    @Override
    public void doubt(Address failed) {
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (failed.equals(primaries[slot])) {
                primaries[slot] = null;
            }
        }
    }

    @Override
    public boolean moved(int slot, Address to) {
        primaries[slot] = to;
        if (!servers.contains(to)) {
            Set<Address> more = new HashSet<>(servers);
            more.add(to);
            servers = more;
        }
        return true;
    }

    @Override
    public boolean isPrimary(Address server) {
        return servers.contains(server);
    }

    @Override
    public Future<List<Address>> replicas(int slot) {
        return Future.succeededFuture(ranges.stream()
                .filter(range -> range.from() <= slot && slot <= range.to())
                .flatMap(range -> range.replicas().stream())
                .toList());
    }

    @Override
    public boolean canChange() {
        return true;
    }

    @Override
    public boolean isCluster() {
        return true;
    }

    @Override
    public void close() {
        configured.forEach(node -> node.guide().close());
        discovered.values().forEach(node -> node.guide().close());
    }

    private void use(View view) {
        @Nullable Address[] told = new Address[Slots.COUNT];
        Set<Address> all = new LinkedHashSet<>();
        Set<Address> owners = new HashSet<>();
        for (Range range : view.ranges()) {
            for (int slot = range.from(); slot <= range.to(); slot++) {
                told[slot] = range.primary();
            }
            owners.add(range.primary());
            all.add(range.primary());
            all.addAll(range.replicas());
        }
        primaries = told;
        servers = owners;
        ranges = view.ranges();
        discovered.entrySet().removeIf(known -> {
            boolean gone = !all.contains(known.getKey());
            if (gone) {
                known.getValue().guide().close();
            }
            return gone;
        });
        all.forEach(address -> discovered.computeIfAbsent(
                address, node -> new Node(node, new Guide(connector, () -> connector.open(node)))));
    }

    private static Future<View> latest(List<Node> nodes) {
        List<View> views = new ArrayList<>();
        return Future.join(nodes.stream()
                        .map(node -> node.view().onSuccess(views::add))
                        .toList())
                .transform(done -> views.stream()
                        .max((one, other) -> Long.compare(one.epoch(), other.epoch()))
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new RedisUnavailable("no node knows a working cluster"
                                + (done.failed() ? " (" + done.cause() + ")" : "")))));
    }

    /// @param epoch the latest one that the node has heard of
    private record View(long epoch, List<Range> ranges) {}

    /// @param from the first slot
    /// @param to the last slot
    private record Range(int from, int to, Address primary, List<Address> replicas) {}

    private record Node(Address address, Guide guide) {

        /// Fails if the node is not in a working cluster: it may be on the wrong side of a partition.
        Future<View> view() {
            Future<Response> info = guide.ask(Request.cmd(Command.CLUSTER).arg("INFO"));
            Future<Response> slots = guide.ask(Request.cmd(Command.CLUSTER).arg("SLOTS"));
            return Future.all(info, slots).map(both -> {
                String state = info.result().toString();
                if (!state.contains("cluster_state:ok")) {
                    throw new RedisUnavailable(address + " says that the cluster is down");
                }
                List<Range> ranges = new ArrayList<>();
                slots.result().forEach(range -> ranges.add(range(range)));
                return new View(epoch(state), ranges);
            });
        }

        private Range range(Response told) {
            List<Address> servers = new ArrayList<>();
            for (int i = 2; i < told.size(); i++) {
                Response server = told.get(i);
                // Without a host it is the one that was asked.
                String host = server.get(0) == null ? "" : server.get(0).toString();
                servers.add(new Address(
                        host.isEmpty() ? address.host() : host, server.get(1).toInteger()));
            }
            return new Range(
                    told.get(0).toInteger(),
                    told.get(1).toInteger(),
                    servers.getFirst(),
                    List.copyOf(servers.subList(1, servers.size())));
        }

        private static long epoch(String info) {
            return info.lines()
                    .filter(line -> line.startsWith("cluster_current_epoch:"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                    .findFirst()
                    .orElse(0);
        }
    }
}
