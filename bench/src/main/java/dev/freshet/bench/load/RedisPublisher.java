package dev.freshet.bench.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Sends one Redis command for each event, pipelined: nothing waits for an answer, another thread reads them.
/// (RESP: https://redis.io/docs/latest/develop/reference/protocol-spec/)
public final class RedisPublisher implements Publisher {

    private static final int BUFFER = 256 * 1024;

    /// Commands without an answer; more, and the publisher waits.
    private static final int UNDER_WAY = 100_000;

    private final SocketChannel channel;
    private final Ledger ledger;
    private final IntFunction<String[]> commands;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Map<Integer, Command> encoded = new HashMap<>();
    private final ArrayBlockingQueue<Long> unanswered = new ArrayBlockingQueue<>(UNDER_WAY);
    private final Map<Long, String> answers = new ConcurrentHashMap<>();
    private final boolean remembering;
    private volatile @Nullable String failure;
    private volatile long answered;

    private record Command(byte[] bytes, int place) {}

    private RedisPublisher(SocketChannel channel, Ledger ledger, IntFunction<String[]> commands, boolean remembering) {
        this.channel = channel;
        this.ledger = ledger;
        this.commands = commands;
        this.remembering = remembering;
    }

    /// @param commands for a channel's number, with [Event#payload] in it
    /// @param remembering whether [#answer] is asked
    public static RedisPublisher connect(int port, Ledger ledger, IntFunction<String[]> commands, boolean remembering)
            throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        RedisPublisher publisher = new RedisPublisher(channel, ledger, commands, remembering);
        Thread.ofPlatform().daemon().name("redis-answers").start(publisher::readAnswers);
        return publisher;
    }

    @Override
    public void publish(int number, long event) throws IOException {
        String failed = failure;
        if (failed != null) {
            throw new IOException("Redis answers " + failed);
        }
        Command command = encoded.computeIfAbsent(number, this::encode);
        Event.number(command.bytes(), command.place(), event);
        if (buffer.remaining() < command.bytes().length || unanswered.remainingCapacity() == 0) {
            flush();
        }
        try {
            unanswered.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        buffer.put(command.bytes());
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    /// Events that Redis has acknowledged.
    public long answered() {
        return answered;
    }

    /// What Redis answered to an event, if it did and [#connect] was told to remember: an entry's id.
    public @Nullable String answer(long event) {
        return answers.get(event);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private Command encode(int number) {
        StringBuilder text = new StringBuilder();
        String[] words = commands.apply(number);
        text.append('*').append(words.length).append("\r\n");
        for (String word : words) {
            // All of it is ASCII.
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        return new Command(bytes, Event.placeIn(bytes));
    }

    private void readAnswers() {
        try (InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
            for (String line = line(in); line != null; line = line(in)) {
                String answer = line.startsWith("$") ? line(in) : line;
                if (answer == null) {
                    return;
                }
                Long event = unanswered.poll();
                if (answer.startsWith("-") || event == null) {
                    failure = answer;
                    return;
                }
                ledger.acknowledge(event, System.nanoTime());
                if (remembering) {
                    answers.put(event, answer);
                }
                answered = event;
            }
        } catch (IOException e) {
            failure = "nothing: " + e.getMessage();
        }
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(32);
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                line.setLength(line.length() - 1);
                return line.toString();
            }
            line.append((char) next);
        }
        return null;
    }
}
