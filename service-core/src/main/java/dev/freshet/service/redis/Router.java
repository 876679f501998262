package dev.freshet.service.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends each call on the lane of its slot's primary, and finds the primary again when it has changed.
///
/// Calls to one slot leave in the order in which they came. A call that Redis refused without doing anything is
/// sent again only if none to its slot came after it; else it fails, for it would be done after them. Confined to
/// one event loop.
final class Router implements Lane.Owner {

    private static final Logger LOG = Logger.getLogger(Router.class);

    /// How soon a primary that was replaced without a word, while nobody sent anything, is left.
    private static final long WATCH_MS = 1000;

    private final Vertx vertx;
    private final Connector connector;
    private final Topology topology;
    private final Map<Address, Lane> lanes = new HashMap<>();

    /// Nobody knew their slot's primary when they came.
    private List<Call> parked = new ArrayList<>();

    /// The number of the last call to each slot.
    private final long[] last = new long[Slots.COUNT];

    private long calls;
    private @Nullable Future<Void> refreshing;
    private long watch = -1;

    Router(Vertx vertx, Connector connector, Topology topology) {
        this.vertx = vertx;
        this.connector = connector;
        this.topology = topology;
    }

    void dispatch(Call call) {
        call.number(++calls);
        last[call.slot()] = call.number();
        forward(call);
    }

    private void forward(Call call) {
        if (call.isAnswered()) {
            // Whoever was told that Redis is not available must not see it done later.
            return;
        }
        Address primary = topology.primary(call.slot());
        if (primary != null
                && (parked.isEmpty() || parked.stream().noneMatch(before -> before.slot() == call.slot()))) {
            lane(primary).send(call);
            return;
        }
        parked.add(call);
        if (parked.size() == 1) {
            refresh().onComplete(done -> unpark(done.cause()));
        }
    }

    /// The primary of a slot, asked for now; at least as new as the call of this method.
    Future<Address> primary(int slot) {
        return refresh().map(done -> {
            Address primary = topology.primary(slot);
            if (primary == null) {
                throw new RedisUnavailable("no server has slot " + slot);
            }
            return primary;
        });
    }

    /// Replicas of a slot's primary, in no particular order, so that readers spread over them.
    Future<List<Address>> replicas(int slot) {
        return refresh().compose(done -> topology.replicas(slot)).map(all -> {
            List<Address> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled);
            return shuffled;
        });
    }

    /// No answer came in time: whoever is silent once may be a peer that is gone.
    void silent(Call call) {
        for (Lane lane : List.copyOf(lanes.values())) {
            if (lane.holds(call)) {
                LOG.warnf("Redis at %s gave no answer in time; its connection is dropped", lane.server());
                lane.end(new RedisUnavailable("the connection was silent"));
            }
        }
    }

    void close() {
        vertx.cancelTimer(watch);
        topology.close();
        List.copyOf(lanes.values()).forEach(lane -> lane.end(new RedisUnavailable("shutting down")));
    }

    @Override
    public void ended(Lane lane, Throwable cause) {
        lanes.remove(lane.server(), lane);
        topology.doubt(lane.server());
    }

    @Override
    public void refused(Lane lane, Call call, Throwable error) {
        String message = Objects.requireNonNullElse(error.getMessage(), "");
        int end = message.indexOf(' ');
        switch (end < 0 ? message : message.substring(0, end)) {
            case "MOVED" -> moved(lane, call, error, message.split(" "));
            case "NOSCRIPT" -> {
                // Somebody flushed the scripts; each goes with its source again.
                lane.forgetScripts();
                again(call, error);
            }
            // No primary any more, or none yet, or one that nobody follows: there may be another by now.
            case "READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOREPLICAS", "UNBLOCKED" -> {
                call.fail(error);
                topology.doubt(lane.server());
                leave(lane);
            }
            default -> call.fail(error);
        }
    }

    private void moved(Lane lane, Call call, Throwable error, String[] words) {
        int colon = words.length < 3 ? -1 : words[2].lastIndexOf(':');
        if (colon < 0) {
            call.fail(error);
            return;
        }
        String host = words[2].substring(0, colon);
        Address to = new Address(
                host.isEmpty() ? lane.server().host() : host,
                Integer.parseInt(words[2], colon + 1, words[2].length(), 10));
        if (topology.moved(Integer.parseInt(words[1]), to)) {
            again(call, error);
        } else {
            call.fail(error);
        }
    }

    private void again(Call call, Throwable error) {
        if (last[call.slot()] == call.number() && call.mayFollow()) {
            forward(call);
        } else {
            call.fail(error);
        }
    }

    private Lane lane(Address primary) {
        Lane known = lanes.get(primary);
        if (known != null) {
            return known;
        }
        Lane lane = new Lane(primary, this);
        lanes.put(primary, lane);
        lane.open(connector.primary(primary));
        if (watch < 0 && topology.canChange()) {
            watch = vertx.setPeriodic(WATCH_MS, fired -> refresh());
        }
        return lane;
    }

    private void leaveOldPrimaries() {
        List.copyOf(lanes.values()).stream()
                .filter(lane -> !topology.isPrimary(lane.server()))
                .forEach(this::leave);
    }

    private void leave(Lane lane) {
        if (lanes.remove(lane.server(), lane)) {
            LOG.infof("Redis at %s is left; another server may have its place", lane.server());
            lane.retire().forEach(this::forward);
        }
    }

    private void unpark(@Nullable Throwable failure) {
        List<Call> waiting = parked;
        parked = new ArrayList<>();
        for (Call call : waiting) {
            if (failure != null) {
                call.fail(failure);
            } else if (topology.primary(call.slot()) == null) {
                call.fail(new RedisUnavailable("no server has slot " + call.slot()));
            } else {
                forward(call);
            }
        }
    }

    /// One at a time, whoever asks.
    private Future<Void> refresh() {
        Future<Void> running = refreshing;
        if (running != null) {
            return running;
        }
        Future<Void> started = topology.refresh();
        if (!started.isComplete()) {
            refreshing = started;
            // Before whoever waits for it: their calls must find the new lanes.
            started.onComplete(done -> {
                refreshing = null;
                leaveOldPrimaries();
            });
        }
        return started;
    }
}
