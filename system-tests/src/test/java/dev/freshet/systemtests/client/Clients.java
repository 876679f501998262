package dev.freshet.systemtests.client;

import dev.freshet.systemtests.checker.Transcript;
import io.netty.channel.nio.NioEventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The event loops that clients live on, and all clients of one scenario. Safe for any thread.
public final class Clients implements AutoCloseable {

    private static final int LOOPS = 2;

    private final NioEventLoopGroup loops = new NioEventLoopGroup(LOOPS);
    private final List<Client> all = new ArrayList<>();
    private final Random random;

    /// @param seed of the jitter
    public Clients(long seed) {
        random = new Random(seed);
    }

    /// A client of Server-Sent Events that behaves as a native EventSource.
    ///
    /// @param token goes into the header `Authorization`
    public synchronized SseClient sse(Route route, String token, Transcript transcript) {
        SseClient client = new SseClient(loops.next(), route, token, transcript, new Random(random.nextLong()));
        all.add(client);
        return client;
    }

    /// A WebSocket client that behaves as the SDK.
    ///
    /// @param ownChannel that every connection of this user follows unasked
    /// @param tickets asked before each connection
    public synchronized SocketClient socket(
            Route route, String ownChannel, Supplier<CompletableFuture<String>> tickets, Transcript transcript) {
        SocketClient client =
                new SocketClient(loops.next(), route, ownChannel, tickets, transcript, new Random(random.nextLong()));
        all.add(client);
        return client;
    }

    /// A client that polls the one channel of its transcript.
    ///
    /// @param token goes into the header `Authorization`
    public synchronized PollClient poll(Route route, String token, Transcript transcript) {
        PollClient client = new PollClient(loops.next(), route, token, transcript, new Random(random.nextLong()));
        all.add(client);
        return client;
    }

    public synchronized List<Client> all() {
        return List.copyOf(all);
    }

    /// Ends all connections; nobody comes back.
    @Override
    public void close() {
        all().forEach(Client::stop);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
