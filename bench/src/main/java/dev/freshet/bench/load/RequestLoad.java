package dev.freshet.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// The same request again and again over keep-alive connections, by the calling thread.
public final class RequestLoad implements AutoCloseable {

    private static final int BUFFER = 64 * 1024;

    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final List<Client> clients = new ArrayList<>();
    private final ArrayDeque<Client> idle = new ArrayDeque<>();
    private Histogram latency = Tally.histogram();
    private long answered;
    private int expectedStatus;

    /// @param rate answers per second
    /// @param latency from when a request was meant to leave to its answer, ns
    public record Outcome(double rate, Histogram latency) {}

    private static final class Client {
        final SocketChannel channel;
        final Answer answer = new Answer();
        ByteBuffer out = ByteBuffer.allocate(0);
        long begun;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private RequestLoad(Selector selector) {
        this.selector = selector;
    }

    public static RequestLoad connect(InetSocketAddress address, int connections) throws IOException {
        RequestLoad load = new RequestLoad(Selector.open());
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(load.selector, SelectionKey.OP_READ, client);
            load.clients.add(client);
            load.idle.add(client);
        }
        return load;
    }

    /// As many as the server answers, each connection waiting for its answer.
    public Outcome saturate(Call call, Duration span) throws IOException {
        return run(call, 0, span);
    }

    /// At a fixed rate, each on a connection that is free; if none is, it waits, and that counts.
    public Outcome atRate(Call call, double rate, Duration span) throws IOException {
        return run(call, rate, span);
    }

    /// @param status that each answer must have
    public record Call(String method, String path, String headers, String body, int status) {}

    private Outcome run(Call call, double rate, Duration span) throws IOException {
        byte[] request = Answer.request(call.method(), call.path(), call.headers(), call.body());
        expectedStatus = call.status();
        latency = Tally.histogram();
        answered = 0;
        long began = System.nanoTime();
        long end = began + span.toNanos();
        long sent = 0;
        for (long now = began; now < end || idle.size() < clients.size(); now = System.nanoTime()) {
            if (now > end + TimeUnit.SECONDS.toNanos(10)) {
                throw new IOException("requests are not answered");
            }
            long wait = 100;
            while (now < end && !idle.isEmpty()) {
                long due = rate == 0 ? System.nanoTime() : began + (long) (sent * 1e9 / rate);
                if (due > System.nanoTime()) {
                    wait = Math.clamp(TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime()), 1, 100);
                    break;
                }
                sent++;
                send(idle.remove(), request, due);
            }
            selector.select(this::ready, wait);
        }
        return new Outcome(answered / ((System.nanoTime() - began) / 1e9), latency);
    }

    private void send(Client client, byte[] request, long due) throws IOException {
        client.begun = due;
        client.out = ByteBuffer.wrap(request);
        write(client);
    }

    private void write(Client client) throws IOException {
        client.channel.write(client.out);
        client.channel
                .keyFor(selector)
                .interestOps(
                        client.out.hasRemaining()
                                ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                                : SelectionKey.OP_READ);
    }

    private void ready(SelectionKey key) {
        Client client = (Client) key.attachment();
        try {
            if (key.isWritable()) {
                write(client);
            }
            if (key.isReadable()) {
                buffer.clear();
                if (client.channel.read(buffer) < 0) {
                    throw new IOException("the server ended a connection");
                }
                buffer.flip();
                if (client.answer.take(buffer)) {
                    if (client.answer.status() != expectedStatus) {
                        throw new IOException("answered with " + client.answer.status());
                    }
                    answered++;
                    latency.recordValue(Math.max(0, System.nanoTime() - client.begun));
                    idle.add(client);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }
}
