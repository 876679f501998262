package dev.freshet.systemtests;

import dev.freshet.contract.event.StreamId;
import dev.freshet.contract.log.Keys;
import dev.freshet.systemtests.checker.Publication;
import dev.freshet.systemtests.client.Frames;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/// A producer that appends with `XADD`, as a service in any language does, one after the other.
///
/// An error of Redis means "not appended", and it tries again. A connection that broke means "nobody knows": it goes
/// on with the next event. Takes events from any thread.
final class RawProducer implements AutoCloseable {

    private static final int ANSWER_LIMIT_MS = 2_000;
    private static final long PAUSE_MS = 50;
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(60);

    private record Work(Publication publication, String payload) {}

    private final ToIntFunction<String> partitionOf;
    private final IntFunction<InetSocketAddress> addressOf;
    private final List<String> login;
    private final int waitReplicas;
    private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Map<Integer, InetSocketAddress> addresses = new HashMap<>();
    private final Map<InetSocketAddress, Wire> wires = new HashMap<>();
    private final Thread thread = new Thread(this::work, "raw-producer");
    private volatile boolean closed;
    private volatile int unfinished;

    /// @param partitionOf a channel's partition
    /// @param addressOf where a partition's primary listens; asked again after each failure
    /// @param login `AUTH` with its arguments, the first command of each connection; empty if Redis asks for none
    /// @param waitReplicas that must have an event before it counts as acknowledged
    RawProducer(
            ToIntFunction<String> partitionOf,
            IntFunction<InetSocketAddress> addressOf,
            List<String> login,
            int waitReplicas) {
        this.partitionOf = partitionOf;
        this.addressOf = addressOf;
        this.login = login;
        this.waitReplicas = waitReplicas;
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void add(Publication publication, String payload) {
        unfinished++;
        queue.add(new Work(publication, payload));
    }

    synchronized int unfinished() {
        return unfinished;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void work() {
        try {
            while (!closed) {
                Work work = queue.take();
                append(work);
                synchronized (this) {
                    unfinished--;
                }
            }
        } catch (InterruptedException closing) {
            wires.values().forEach(Wire::close);
        }
    }

    private void append(Work work) throws InterruptedException {
        int partition = partitionOf.applyAsInt(work.publication().channel());
        List<String> command = new ArrayList<>(List.of(
                "XADD",
                Keys.events(partition),
                "*",
                "channel",
                work.publication().channel(),
                "type",
                Frames.TYPE,
                "payload",
                work.payload()));
        if (work.publication().ephemeral()) {
            command.addAll(List.of("ephemeral", "1"));
        }
        long deadline = System.nanoTime() + REFUSAL_LIMIT.toNanos();
        while (!closed && System.nanoTime() < deadline) {
            InetSocketAddress address = addresses.computeIfAbsent(partition, addressOf::apply);
            Wire wire;
            try {
                wire = wire(address);
            } catch (IOException nobodyThere) {
                addresses.remove(partition);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                continue;
            }
            try {
                String answer = wire.ask(command);
                if (!answer.startsWith("-")) {
                    if (waitReplicas == 0 || enough(wire.ask(List.of("WAIT", "" + waitReplicas, "1000")))) {
                        work.publication().acknowledged(Objects.requireNonNull(StreamId.parse(answer), answer));
                    }
                    return;
                }
                addresses.remove(partition);
            } catch (IOException unknownOutcome) {
                addresses.remove(partition);
                wires.remove(address);
                wire.close();
                return;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
    }

    private boolean enough(String replicas) {
        return replicas.startsWith(":") && Integer.parseInt(replicas.substring(1)) >= waitReplicas;
    }

    private Wire wire(InetSocketAddress address) throws IOException {
        Wire known = wires.get(address);
        if (known != null) {
            return known;
        }
        Wire wire = new Wire(address);
        if (!login.isEmpty()) {
            String answer = wire.ask(login);
            if (!answer.equals("OK")) {
                wire.close();
                throw new IOException("Redis refused the producer: " + answer);
            }
        }
        wires.put(address, wire);
        return wire;
    }

    /// One connection to Redis.
    private static final class Wire {

        private final Socket socket = new Socket();
        private final InputStream in;

        private Wire(InetSocketAddress address) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            try {
                socket.connect(address, ANSWER_LIMIT_MS);
                in = new BufferedInputStream(socket.getInputStream());
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        /// @return an error with its `-`, a number with its `:`, text as it is
        private String ask(List<String> command) throws IOException {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(("*" + command.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
            for (String word : command) {
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
                request.writeBytes(bytes);
                request.writeBytes(new byte[] {'\r', '\n'});
            }
            socket.getOutputStream().write(request.toByteArray());
            String head = line();
            return head.startsWith("$") || head.startsWith("+") ? text(head) : head;
        }

        private String text(String head) throws IOException {
            return head.startsWith("+") ? head.substring(1) : line();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            int next = in.read();
            while (next != '\n') {
                if (next < 0) {
                    throw new IOException("Redis closed the connection");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
                next = in.read();
            }
            return line.toString();
        }

        private void close() {
            try {
                socket.close();
            } catch (IOException alreadyGone) {
                // Nothing is left of it.
                return;
            }
        }
    }
}
