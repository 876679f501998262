package dev.freshet.push.delivery;

import dev.freshet.push.metrics.PushMetrics;
import dev.freshet.push.metrics.PushMetrics.Transport;
import io.vertx.core.Future;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The open connections of one event loop, of every transport. Confined to that event loop.
public final class Connections {

    /// A connection, as whoever looks after all of them sees it.
    public interface Connection {

        /// By which it is counted.
        Transport transport();

        /// What it follows, and how far it has come.
        Feed feed();

        /// Ends it behind all that was written, and says that its client should come back.
        ///
        /// @return completes when its last bytes are with the socket, or when it was cut because the socket did
        ///     not take them
        Future<Void> restart();

        /// Ends it because it is too far behind. Its client may come back.
        void tooSlow();
    }

    private final PushMetrics metrics;
    private final Set<Connection> open = new LinkedHashSet<>();
    private int leaving;
    private boolean refusing;

    /// What the waves so far have left of a whole connection.
    private double due;

    Connections(PushMetrics metrics) {
        this.metrics = metrics;
    }

    public void add(Connection connection) {
        open.add(connection);
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
    List<Connection> all() {
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
