package dev.freshet.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/// Publishes over one keep-alive connection, one request for each event; each waits for its answer, as a backend
/// does that has to know. What is late because of that counts as late.
public final class HttpPublisher implements Publisher {

    private final SocketChannel channel;
    private final Ledger ledger;
    private final IntFunction<Request> requests;
    private final Map<Integer, Encoded> encoded = new HashMap<>();
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private final Answer answer = new Answer();

    private record Encoded(byte[] bytes, int place) {}

    /// @param headers more lines, each with its line break
    /// @param body with [Event#payload] in it
    public record Request(String path, String headers, String body) {}

    private HttpPublisher(SocketChannel channel, Ledger ledger, IntFunction<Request> requests) {
        this.channel = channel;
        this.ledger = ledger;
        this.requests = requests;
    }

    /// @param requests a `POST` for a channel's number
    public static HttpPublisher connect(InetSocketAddress address, Ledger ledger, IntFunction<Request> requests)
            throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new HttpPublisher(channel, ledger, requests);
    }

    @Override
    public void publish(int number, long event) throws IOException {
        Encoded request = encoded.computeIfAbsent(number, this::encode);
        Event.number(request.bytes(), request.place(), event);
        ByteBuffer out = ByteBuffer.wrap(request.bytes());
        while (out.hasRemaining()) {
            channel.write(out);
        }
        do {
            in.clear();
            if (channel.read(in) < 0) {
                throw new IOException("the server ended the publisher's connection");
            }
            in.flip();
        } while (!answer.take(in));
        ledger.acknowledge(event, System.nanoTime());
        if (answer.status() / 100 != 2) {
            throw new IOException("publishing was answered with " + answer.status());
        }
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private Encoded encode(int number) {
        Request request = requests.apply(number);
        byte[] bytes = Answer.request("POST", request.path(), request.headers(), request.body());
        return new Encoded(bytes, Event.placeIn(bytes));
    }
}
