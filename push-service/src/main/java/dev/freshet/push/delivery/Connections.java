package dev.freshet.push.delivery;

import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import dev.freshet.service.identity.Caller;
import dev.freshet.service.identity.Revocations;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The open connections of one event loop, of every transport. Confined to that event loop.
public final class Connections {

    /// A connection, as whoever looks after all of them sees it.
    public interface Connection {

        /// By which it is counted.
        Transport transport();

        /// Whose it is.
        Caller caller();

        /// Ends it behind all that was written, and says that its client should come back.
        ///
        /// @return completes when its last bytes are with the socket, or when it was cut because the socket did
        ///     not take them
        Future<Void> restart();

        /// Ends it because its user was disconnected. Its client must not come back with the same token.
        void revoked();
    }

    /// Revocations that are remembered for who is being let in while they come. Whoever it is more for is looked
    /// up soon enough.
    private static final int RECENT = 1000;

    private final PushMetrics metrics;
    private final Consumer<Runnable> later;

    /// By user, ms since 1970.
    private final Map<String, Long> recentlyRevoked = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > RECENT;
        }
    };

    private final Set<Connection> open = new LinkedHashSet<>();
    private int leaving;
    private boolean refusing;

    /// What the waves so far have left of a whole connection.
    private double due;

    /// @param later runs a task on the event loop, after what it does now
    Connections(PushMetrics metrics, Consumer<Runnable> later) {
        this.metrics = metrics;
        this.later = later;
    }

    public void add(Connection connection) {
        open.add(connection);
        if (isRevoked(connection.caller())) {
            // Not now: whoever adds it is about to greet it.
            later.accept(() -> end(connection));
        }
    }

    /// Ends the connections of users whose tokens were issued before they were disconnected.
    ///
    /// @param revokedAt by user, ms since 1970
    public void revoke(Map<String, Long> revokedAt) {
        if (revokedAt.isEmpty()) {
            return;
        }
        revokedAt.forEach((user, at) -> recentlyRevoked.merge(user, at, Math::max));
        for (Connection connection : all()) {
            Long at = revokedAt.get(connection.caller().userId());
            if (at != null && Revocations.refuse(connection.caller().issuedAt(), at)) {
                end(connection);
            }
        }
    }

    /// Whether news came that the caller was disconnected since its token was issued.
    public boolean isRevoked(Caller caller) {
        Long at = recentlyRevoked.get(caller.userId());
        return at != null && Revocations.refuse(caller.issuedAt(), at);
    }

    /// Of those that are open, each once.
    public Set<String> users() {
        Set<String> users = new HashSet<>();
        open.forEach(connection -> users.add(connection.caller().userId()));
        return users;
    }

    private void end(Connection connection) {
        if (open.remove(connection)) {
            connection.revoked();
        }
    }

    /// Does nothing if it is not there any more.
    public void remove(Connection connection) {
        open.remove(connection);
    }

    /// Those that are open, and those that were told to end and have not yet.
    public int size() {
        return open.size() + leaving;
    }

    /// Those that are open now. They may be ended while they are walked through.
    private List<Connection> all() {
        return List.copyOf(open);
    }

    /// From now on whoever opens connections turns clients away. For good: the process ends.
    public void refuse() {
        refusing = true;
    }

    public boolean areRefused() {
        return refusing;
    }

    /// Ends a share of those that are open, the longest open first.
    ///
    /// @param waves over which they are spread evenly, this one counted; with 1 all end now
    public void endWave(int waves) {
        // With fewer connections than waves, most waves end none.
        due += (double) open.size() / waves;
        int count = waves == 1 ? open.size() : (int) due;
        due -= count;
        for (int i = 0; i < count; i++) {
            Iterator<Connection> oldest = open.iterator();
            Connection connection = oldest.next();
            oldest.remove();
            leaving++;
            metrics.drained(connection.transport());
            connection.restart().onComplete(ended -> leaving--);
        }
    }
}
