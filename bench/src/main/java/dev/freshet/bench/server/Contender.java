package dev.freshet.bench.server;

import dev.freshet.bench.load.Audience;
import dev.freshet.bench.load.Handshake;
import dev.freshet.bench.load.Ledger;
import dev.freshet.bench.load.Publisher;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// A server that events are sent through.
public interface Contender extends AutoCloseable {

    /// As it stands in the table.
    String name();

    /// The processes whose time counts.
    List<Long> pids();

    /// Others that it needs, whose time is told apart: name to process.
    Map<String, Long> helpers();

    /// Where a client connects to.
    InetSocketAddress address(int client);

    Handshake handshake(Audience audience, int client);

    Publisher publisher(Audience audience, Ledger ledger) throws IOException;

    @Override
    void close();
}
