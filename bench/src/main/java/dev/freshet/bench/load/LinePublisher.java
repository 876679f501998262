package dev.freshet.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Tells the limit program (bench/limit/limit.c) what to publish. It answers nothing.
public final class LinePublisher implements Publisher {

    private static final int BUFFER = 64 * 1024;
    private static final int LONGEST_LINE = 32;

    private final SocketChannel channel;
    private final ByteBuffer lines = ByteBuffer.allocateDirect(BUFFER);

    private LinePublisher(SocketChannel channel) {
        this.channel = channel;
    }

    /// @param frames what to send for an event: a letter for the transport, then the bytes with a place for its
    ///     number
    public static LinePublisher connect(int port, List<Frame> frames) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        for (Frame frame : frames) {
            String head = frame.letter() + " " + frame.bytes().length + "\n";
            channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
            channel.write(ByteBuffer.wrap(frame.bytes()));
        }
        return new LinePublisher(channel);
    }

    public record Frame(char letter, byte[] bytes) {}

    @Override
    public void publish(int number, long event) throws IOException {
        if (lines.remaining() < LONGEST_LINE) {
            flush();
        }
        lines.put((byte) 'P').put((byte) ' ');
        putDecimal(number);
        lines.put((byte) ' ');
        int place = lines.position();
        lines.position(place + Event.DIGITS);
        Event.number(lines, place, event);
        lines.put((byte) '\n');
    }

    private void putDecimal(int number) {
        int power = 1;
        while (number / power >= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            lines.put((byte) ('0' + number / power % 10));
        }
    }

    @Override
    public void flush() throws IOException {
        lines.flip();
        while (lines.hasRemaining()) {
            channel.write(lines);
        }
        lines.clear();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
