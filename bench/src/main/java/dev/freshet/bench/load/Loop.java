package dev.freshet.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One thread and one selector for thousands of connections, which share one buffer. Once they are open it makes
/// no object per read or event. Everything but [#call] and the counts happens on its thread.
final class Loop implements AutoCloseable {

    private static final int BUFFER = 256 * 1024;

    /// Handshakes at the same time, below the backlog of any listener.
    private static final int OPENING = 100;

    /// Several, so that the ports of one address suffice for all rounds.
    private static final int ADDRESSES = 8;

    private static final long IDLE_MS = 200;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /// A server may refuse for a moment; clients come back then.
    private static final int ATTEMPTS = 5;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// A client that is to be opened.
    ///
    /// @param meant when it was meant to be opened for the first time, as `System.nanoTime()`
    /// @param due when it is to be opened now
    /// @param attempt from 1
    /// @param earlier whose counts it takes over
    record Order(
            int client,
            InetSocketAddress address,
            Handshake handshake,
            long meant,
            long due,
            int attempt,
            @Nullable Connection earlier) {

        Order(int client, InetSocketAddress address, Handshake handshake, long meant, @Nullable Connection earlier) {
            this(client, address, handshake, meant, meant, 1, earlier);
        }

        Order again() {
            return new Order(client, address, handshake, meant, System.nanoTime() + RETRY_NANOS, attempt + 1, earlier);
        }
    }

    final Tally tally;
    final List<Connection> connections = new ArrayList<>();

    /// Why connections could not be opened or ended, and how many.
    final Map<String, Integer> failures = new TreeMap<>();

    /// The same of those that were tried again.
    final Map<String, Integer> retries = new TreeMap<>();

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Order> orders = new ArrayDeque<>();
    private final Consumer<SelectionKey> ready = this::ready;
    private final Thread thread;
    private int opening;

    /// Written by the loop's thread only.
    private final AtomicInteger open = new AtomicInteger();

    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean closed;

    Loop(int number, Ledger ledger) {
        this.tally = new Tally(ledger);
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.thread = Thread.ofPlatform().name("load-" + number).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Has something done by the loop's thread and waits for it.
    <T> T call(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        selector.wakeup();
        return result.orTimeout(30, TimeUnit.SECONDS).join();
    }

    long deliveries() {
        return tally.deliveries();
    }

    /// In the order of their times.
    void order(List<Order> more) {
        orders.addAll(more);
    }

    int openCount() {
        return open.get();
    }

    int failureCount() {
        return failed.get();
    }

    /// Ends all connections as clients do who go away.
    void closeConnections() {
        orders.clear();
        for (Connection connection : connections) {
            close(connection);
        }
        connections.clear();
        opening = 0;
        open.set(0);
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (selector) {
            while (!closed) {
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                long wait = openDue();
                if (wait == 0) {
                    selector.selectNow(ready);
                } else {
                    selector.select(ready, wait);
                }
            }
            closeConnections();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @return milliseconds until there is something to do again
    private long openDue() {
        while (opening < OPENING) {
            Order first = orders.peek();
            if (first == null) {
                return IDLE_MS;
            }
            long early = first.due() - System.nanoTime();
            if (early > 0) {
                return Math.clamp(TimeUnit.NANOSECONDS.toMillis(early), 1, IDLE_MS);
            }
            orders.remove();
            begin(first);
        }
        return IDLE_MS;
    }

    private void begin(Order order) {
        try {
            SocketChannel channel = SocketChannel.open();
            Connection connection = new Connection(order, channel);
            Connection earlier = order.earlier();
            if (earlier != null) {
                connection.last = earlier.last;
                connection.received = earlier.received;
                connection.doubled = earlier.doubled;
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.bind(new InetSocketAddress("127.0.0." + (2 + order.client() % ADDRESSES), 0));
            channel.connect(order.address());
            channel.register(selector, SelectionKey.OP_CONNECT, connection);
            connections.add(connection);
            opening++;
        } catch (IOException e) {
            fail("cannot be opened: " + e.getMessage());
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (key.isConnectable()) {
                connection.channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                // The first bytes of a new socket always fit.
                connection.channel.write(ByteBuffer.wrap(connection.handshake.request()));
                return;
            }
            buffer.clear();
            if (connection.channel.read(buffer) < 0) {
                throw new IOException("ended by the server");
            }
            buffer.flip();
            tally.beginRead();
            if (connection.open) {
                connection.read(buffer, tally);
            } else {
                goOn(connection);
            }
            tally.endRead();
        } catch (IOException | Opening.Refused e) {
            ended(connection, e);
        }
    }

    private void ended(Connection connection, Exception reason) {
        close(connection);
        if (connection.open) {
            open.decrementAndGet();
            fail("open, then " + reason.getMessage());
            return;
        }
        opening--;
        if (connection.order.attempt() < ATTEMPTS) {
            retries.merge(String.valueOf(reason.getMessage()), 1, Integer::sum);
            connections.remove(connection);
            orders.add(connection.order.again());
        } else {
            fail("while opening: " + reason.getMessage());
        }
    }

    private void fail(String reason) {
        failures.merge(reason, 1, Integer::sum);
        failed.incrementAndGet();
    }

    private void goOn(Connection connection) throws IOException, Opening.Refused {
        Opening handshake = connection.opening;
        if (handshake == null) {
            return;
        }
        byte[] reply = handshake.take(buffer);
        while (reply != null) {
            if (reply.length > 0) {
                connection.channel.write(ByteBuffer.wrap(reply));
            }
            // The same bytes may hold the next step too.
            reply = handshake.isComplete() ? null : handshake.take(NOTHING);
        }
        if (handshake.isComplete()) {
            connection.opening = null;
            connection.open = true;
            opening--;
            open.incrementAndGet();
            tally.opened(System.nanoTime() - connection.order.meant());
            connection.read(handshake.rest(), tally);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.channel.close();
        } catch (IOException e) {
            // It is gone, one way or the other.
        }
    }
}
