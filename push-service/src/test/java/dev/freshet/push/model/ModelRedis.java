package dev.freshet.push.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The servers of one partition: a primary, a replica that lags, and sometimes an orphan that does not know yet.
///
/// A script is one step. What it writes reaches the replica later, whole or not at all.
final class ModelRedis {

    /// One server.
    static final class Node {
        Database data;
        String replid;

        Node(Database data, String replid) {
            this.data = data;
            this.replid = replid;
        }
    }

    private final Deque<Consumer<Database>> unreplicated = new ArrayDeque<>();
    private int replids;

    Node primary = new Node(new Database(), "replid-0");
    Node replica = new Node(new Database(), "replid-0");

    /// The former primary: still answers whoever is connected to it.
    @Nullable
    Node orphan;

    /// Counts failovers.
    int generation;

    /// Runs a script on the primary. It must depend on its arguments and the data alone: the replica runs it, too.
    void write(Consumer<Database> script) {
        script.accept(primary.data);
        unreplicated.add(script);
    }

    void replicate(int atMost) {
        for (int i = 0; i < atMost && !unreplicated.isEmpty(); i++) {
            unreplicated.remove().accept(replica.data);
        }
    }

    /// The replica takes over with what it has; the rest is lost. Who reads it goes on reading and is told nothing.
    void failover() {
        unreplicated.clear();
        generation++;
        orphan = primary;
        primary = replica;
        primary.replid = newReplid();
        replica = new Node(primary.data.copy(), primary.replid);
    }

    /// The primary comes back with its data.
    void restart() {
        primary.replid = newReplid();
        replica.replid = primary.replid;
    }

    private String newReplid() {
        replids++;
        return "replid-" + replids;
    }
}
